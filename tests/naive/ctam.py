"""CTAM as the paper writes it (SINET §3.3): keys and values projected, memory concatenated."""

import torch
from torch import Tensor

from jointre.nn.interactions.ctam import CrossTaskAttention, CrossTaskLayer
from jointre.nn.streams import Stream
from jointre.positions import Role
from tests.naive.spans import pool_mask, word_positions


def agent_of(stream: Stream, unit: int, kind: str) -> Tensor:
    """[CLS], or the maximum or mean over the sentence's word pieces."""
    if kind == "cls":
        return stream.summary[unit]
    return pool_mask(stream.states[unit], word_positions(stream.positions, unit), kind)


def memory_of(stream: Stream, unit: int, mask_padding: bool) -> Tensor:
    """The other space's states without its [CLS]; with PAD where the released code has it."""
    rows = []
    for position, role in enumerate(stream.positions.roles[unit].tolist()):
        if role == Role.SUMMARY or (mask_padding and role == Role.PAD):
            continue
        rows.append(stream.states[unit, position])
    return torch.stack(rows)


def one_layer(
    layer: CrossTaskLayer, agent: Tensor, others: Tensor, drop: Tensor | None = None
) -> Tensor:
    """Equations 2-4 for one unit; ``drop`` scales the attention, ``[heads, keys]``."""
    memory = torch.cat([others, agent[None]])
    query = layer.query(agent)
    keys, values = layer.key(memory), layer.value(memory)
    size = len(agent) // layer.heads
    heads = []
    for head in range(layer.heads):
        part = slice(head * size, (head + 1) * size)
        weights = torch.stack([query[part] @ key / size**0.5 for key in keys[:, part]]).softmax(0)
        weights = weights if drop is None else weights * drop[head]
        heads.append(sum(w * v for w, v in zip(weights, values[:, part], strict=True)))
    mixed = torch.cat(heads)
    return layer.norm(layer.output(mixed) + agent)


def summary(module: CrossTaskAttention, own: Stream, other: Stream, position: int) -> Tensor:
    """The updated summaries of the stream in place ``position`` of ``directions``."""
    stack = module.stacks[position if len(module.stacks) > 1 else 0]
    rows = []
    for unit in range(len(own.states)):
        agent = agent_of(own, unit, module.agent)
        memory = memory_of(other, unit, module.mask_padding)
        for layer in stack:
            agent = one_layer(layer, agent, memory)
        rows.append(agent)
    return torch.stack(rows)
