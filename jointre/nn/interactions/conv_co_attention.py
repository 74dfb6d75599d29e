"""CARE's convolutional co-attention over a map of pairs of positions."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, final

import torch
from annotated_types import Ge, Le, Lt, MinLen
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from jointre.config import Factory
from jointre.config.bounds import Channels, Heads
from jointre.errors import ConfigError
from jointre.nn.dropout import Dropout
from jointre.nn.interactions.ctam import divisors
from jointre.nn.interactions.interaction import Interaction, Task
from jointre.nn.masking import Softmax
from jointre.nn.pair_features import PairFeatures
from jointre.nn.pair_map import SLOPE, PairMap
from jointre.nn.streams import Stream, Streams
from jointre.nn.take import take
from jointre.positions import Role

OTHER: dict[str, str] = {"entity": "relation", "relation": "entity"}


class CoAttentionLayer(nn.Module):
    """Both streams read each other by the scores of one shared map (CARE §3).

    Shapes:
        states of both tasks ``"b t d"``, pair as for :class:`PairMap` → the new states and
        the map ``"b t t c"``. The attention (outputs of ``softmax``) is ``"b h t t"``; its last
        axis stands for the positions that are read.
    """

    def __init__(
        self,
        width: int,
        pair_map: PairMap,
        channels: int,
        heads: int,
        directions: tuple[Task, ...],
        residual: bool,
        self_loop: bool,
        dropout: float,
    ) -> None:
        super().__init__()
        self.heads, self.residual, self.self_loop = heads, residual, self_loop
        self.pair_map = pair_map
        self.score = nn.Linear(channels, heads, bias=False)
        read = {OTHER[task] for task in directions} | (set(directions) if self_loop else set())
        self.values = nn.ModuleDict(
            {
                task: nn.Sequential(nn.Linear(width, width, bias=False), Dropout(dropout))
                for task in OTHER
                if task in read  # others would get no gradient
            }
        )
        self.softmax = nn.ModuleDict({task: Softmax() for task in directions})

    def forward(
        self,
        states: dict[str, Float[Tensor, "b t d"]],
        pair: Float[Tensor, "v p"] | Float[Tensor, "b t t p"],
        index: Int[Tensor, "t t"],
    ) -> tuple[dict[str, Tensor], Float[Tensor, "b t t c"]]:
        """New states of the updated streams, and the shared map."""
        shared = self.pair_map(states["entity"], states["relation"], pair, index)
        scores = leaky_relu(self.score(shared), SLOPE).permute(0, 3, 1, 2)
        keep = scores.new_ones(scores.shape[-1], dtype=torch.bool)
        values = {task: make(states[task]) for task, make in self.values.items()}
        updated = dict(states)
        for task, softmax in self.softmax.items():
            # The rows of the map are positions of the entity stream.
            task_scores = scores if task == "entity" else scores.mT
            attention = softmax(task_scores, keep)
            heads = values[OTHER[task]].unflatten(2, (self.heads, -1)).transpose(1, 2)
            new_states = (attention @ heads).transpose(1, 2).flatten(2)
            if self.self_loop:
                new_states = new_states + values[task]
            new_states = leaky_relu(new_states, SLOPE)
            updated[task] = new_states + states[task] if self.residual else new_states
        return updated, shared


@final
@Interaction.register("conv_co_attention")
class ConvCoAttention(Interaction):
    """Streams that read each other along a convolved map of all pairs of positions (CARE §3).

    Paper: https://arxiv.org/abs/2308.12531

    Args:
        directions: Streams that are updated; the other one does not change.
        layers: Number of layers, each with its own weights. With 0, the streams do not change and
            the map consists of the pair features.
        heads: Number of attention heads, a divisor of the width.
        channels: Width of the shared map.
        kernel_size: Kernel size of the second convolution: 3, or 1 for single cells.
        residual: Whether to add the input of a layer to its output.
        self_loop: Whether a position's own value is added to what it reads.
        dropout: Dropout probability of the map's input channels and of the values.
        pair_features: Initial features of each pair of positions in the map; null: none.

    Shapes:
        Streams of width d → new states, with a pair map ``"b t t c"`` (row: entity stream,
        column: relation stream). The summary is the new [CLS] where there is one.

    Raises:
        ConfigError: The heads do not divide the width.

    Differences:
        In the released code the convolution reads padded cells at a unit's border, so its scores
        depend on the batch. Here units of one length are computed together without padding,
        so the scores are exact and no padded cell is computed.
    """

    def __init__(
        self,
        input_dim: int,
        directions: Annotated[Sequence[Task], MinLen(1)] = ("entity", "relation"),
        layers: Annotated[int, Ge(0), Le(100)] = 3,
        heads: Heads = 1,
        channels: Channels = 128,
        kernel_size: Literal[1, 3] = 3,
        residual: bool = True,
        self_loop: bool = True,
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
        pair_features: Factory[PairFeatures] | None = Factory(PairFeatures.by_name("distance")),
    ) -> None:
        super().__init__()
        if input_dim % heads:
            raise ConfigError(
                f"heads={heads} does not divide the width {input_dim}; "
                f"take one of {', '.join(str(n) for n in divisors(input_dim) if n <= 16)}"
            )
        self.features = pair_features() if pair_features else None
        feature_dim = self.features.output_dim if self.features else 0
        self.pair_dim = channels if layers else feature_dim
        self.layers = nn.ModuleList(
            CoAttentionLayer(
                input_dim,
                PairMap(
                    input_dim, channels if number else feature_dim, channels, kernel_size, dropout
                ),
                channels,
                heads,
                tuple(dict.fromkeys(directions)),
                residual,
                self_loop,
                dropout,
            )
            for number in range(layers)
        )

    def forward(self, streams: Streams) -> Streams:
        """Update the states of each stream in ``directions``, and make the pair map."""
        lengths = (streams.entity.positions.roles != Role.PAD).sum(1)
        group_states, group_maps, group_units = [], [], []
        for length in torch.unique(lengths).tolist():
            units = (lengths == length).nonzero().flatten()
            states, pair = self._without_padding(
                {task: streams.task(task).states[units, :length] for task in OTHER}
            )
            group_states.append(states)
            group_maps.append(pair)
            group_units.append(units)
        size = streams.entity.positions.roles.shape[1]
        changed: dict[str, Stream] = {}
        for task in OTHER:
            padded = pad_groups([states[task] for states in group_states], group_units, size)
            changed[task] = streams.task(task).updated(padded)
        return streams.replacing(pair=pad_groups(group_maps, group_units, size), **changed)

    def _without_padding(
        self, states: dict[str, Float[Tensor, "g n d"]]
    ) -> tuple[dict[str, Tensor], Float[Tensor, "g n n c"]]:
        """New states and pair map of units that all have the same length."""
        units, size, _ = states["entity"].shape
        if not size:  # the encoder saw no word of these units
            return states, states["entity"].new_zeros(units, 0, 0, self.pair_dim)
        if self.features is None:
            pair: Tensor = states["entity"].new_zeros(1, 0)
            index = torch.zeros(size, size, dtype=torch.long, device=pair.device)
        else:
            pair, index = self.features.values, self.features.index(size)
        if not self.layers:
            return states, take(pair, index).expand(units, -1, -1, -1)
        for layer in self.layers:
            states, pair = layer(states, pair, index)
        return states, pair


def pad_groups(
    groups: Sequence[Float[Tensor, "_ ..."]], units: Sequence[Int[Tensor, " _"]], size: int
) -> Float[Tensor, "b ..."]:
    """Scatter groups of units of one length into one tensor, padded with zeros.

    Args:
        groups: Tensor of each group; all axes except the first and the last are positions.
        units: Rows of each group in the result.
        size: Number of positions of the longest unit.
    """
    if len(groups) == 1 and groups[0].shape[1] == size:
        return groups[0]
    padded: Tensor = _PadGroups.apply(units, size, *groups)  # type: ignore[no-untyped-call]
    return padded


class _PadGroups(torch.autograd.Function):
    """Scatters groups into a padded tensor; every element and every gradient is copied once."""

    @staticmethod
    def forward(
        ctx: Any, units: Sequence[Int[Tensor, " _"]], size: int, *groups: Float[Tensor, "_ ..."]
    ) -> Float[Tensor, "b ..."]:
        ctx.regions = [
            (unit_rows, *(slice(length) for length in group.shape[1:-1]))
            for unit_rows, group in zip(units, groups, strict=True)
        ]
        first = groups[0]
        shape = (sum(map(len, units)), *[size] * (first.ndim - 2), first.shape[-1])
        padded = first.new_zeros(shape)
        for region, group in zip(ctx.regions, groups, strict=True):
            padded[region] = group
        return padded

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Any, ...]:
        (gradient,) = gradients
        return None, None, *(gradient[region] for region in ctx.regions)
