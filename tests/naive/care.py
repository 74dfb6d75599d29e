"""CARE's co-attention as published: [X_i; Y_j; P_ij] in full, one unit at a time (CARE §3).

Modules give their weights only; what they should do with them is said by the caller.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn.functional import conv2d, leaky_relu, linear

from jointre.nn.interactions.conv_co_attention import CoAttentionLayer, ConvCoAttention
from jointre.nn.pair_map import PairMap

EDGES = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # smallest distance of each bucket
OTHER = {"entity": "relation", "relation": "entity"}
BOTH = ("entity", "relation")
Masks = Mapping[str, Tensor]  # what a dropout multiplied, by the dropout's name


def bucket(distance: int) -> int:
    """The distance table's row."""
    if distance == 0:
        return 19
    number = sum(abs(distance) >= edge for edge in EDGES)
    return number if distance > 0 else number + 9


def distance_ids(size: int) -> list[list[int]]:
    """The row of every cell."""
    return [[bucket(i - j) for j in range(size)] for i in range(size)]


def pair_map(part: PairMap, x: Tensor, y: Tensor, pair: Tensor, kept: Tensor | None) -> Tensor:
    """``[t d]``, ``[t d]`` and ``[p t t]`` → the shared map ``[c t t]``; both convolutions."""
    size = len(x)
    rows = x.T[:, :, None].expand(-1, size, size)
    columns = y.T[:, None].expand(-1, size, size)
    whole = torch.cat([rows, columns, pair])[None]
    if kept is not None:
        whole = whole * kept.view(1, -1, 1, 1)  # of whole channels
    mixed = leaky_relu(conv2d(whole, part.mix.weight[:, :, None, None], part.mix.bias), 0.1)
    weight = part.convolution.weight
    edge = weight.shape[2] // 2
    return leaky_relu(conv2d(mixed, weight, part.convolution.bias, padding=edge), 0.1)[0]


def one_layer(
    layer: CoAttentionLayer,
    states: dict[str, Tensor],
    pair: Tensor,
    real: Tensor,
    masks: Masks,
    directions: Sequence[str],
    heads: int,
    residual: bool,
    self_loop: bool,
) -> tuple[dict[str, Tensor], Tensor]:
    """New states ``[t d]`` of both tasks and the map ``[c t t]``."""
    kept = masks.get("pair_map.dropout")
    shared = pair_map(layer.pair_map, states["entity"], states["relation"], pair, kept)
    scores = leaky_relu(conv2d(shared[None], layer.score.weight[:, :, None, None]), 0.1)[0]
    scores = scores.masked_fill(~(real[:, None] & real), -9e10)
    values = {task: linear(states[task], part[0].weight) for task, part in layer.values.items()}
    values = {task: value * masks.get(f"values.{task}.1", 1.0) for task, value in values.items()}
    result = dict(states)
    for task in directions:
        size = states[task].shape[1] // heads
        mixed = []
        for head in range(heads):
            table = scores[head] if task == "entity" else scores[head].T
            mixed.append(table.softmax(1) @ values[OTHER[task]][:, head * size : (head + 1) * size])
        new = torch.cat(mixed, 1)
        new = leaky_relu(new + values[task] if self_loop else new, 0.1)
        result[task] = new + states[task] if residual else new
    return result, shared


def co_attention(
    module: ConvCoAttention,
    entity: Tensor,
    relation: Tensor,
    real: Tensor | None = None,
    masks: Masks | None = None,
    *,
    directions: Sequence[str] = BOTH,
    heads: int = 1,
    residual: bool = True,
    self_loop: bool = True,
) -> tuple[Tensor, Tensor, Tensor]:
    """New states ``[t d]`` of both tasks and the map ``[t t c]`` of one unit.

    Args:
        module: gives weights.
        entity: states of the entity stream, without padding.
        relation: of the relation stream.
        real: where positions are no padding, for the released code's leak: padding is
            convolved like the rest, and only the attention leaves it out.
        masks: what each dropout multiplied, ``"layers.0.pair_map.dropout"`` say.
        directions, heads, residual, self_loop: the options.
    """
    real = torch.ones(len(entity), dtype=torch.bool) if real is None else real
    pair = entity.new_zeros(0, len(entity), len(entity))
    if module.features is not None:
        rows = torch.tensor(distance_ids(len(entity)))
        pair = module.features.table[rows].permute(2, 0, 1)
    states = {"entity": entity, "relation": relation}
    for number, layer in enumerate(module.layers):
        prefix = f"layers.{number}."
        own = {
            name.removeprefix(prefix): mask
            for name, mask in (masks or {}).items()
            if name.startswith(prefix)
        }
        states, pair = one_layer(
            layer, states, pair, real, own, directions, heads, residual, self_loop
        )
    return states["entity"], states["relation"], pair.permute(1, 2, 0)
