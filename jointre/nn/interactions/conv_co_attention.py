"""CARE's convolutional co-attention over a map of pairs of positions."""

from typing import Annotated, Literal, final

import torch
from annotated_types import Ge, Gt, Lt, MinLen
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from jointre.config import Factory
from jointre.errors import ConfigError
from jointre.layout import Role
from jointre.nn.interactions.ctam import divisors
from jointre.nn.interactions.interaction import Interaction, Task
from jointre.nn.masking import Softmax
from jointre.nn.pair_features import PairFeatures
from jointre.nn.pair_map import SLOPE, PairMap
from jointre.nn.streams import Stream, Streams

OTHER: dict[str, str] = {"entity": "relation", "relation": "entity"}


class CoAttentionLayer(nn.Module):
    """Both streams read each other by the scores of one shared map (CARE §3).

    Shapes:
        entity and relation ``"b t d"``, pair as for :class:`PairMap`, real ``"b t"`` → the
        new states and the map ``"b t t c"``. The attention (outputs of ``softmax``) is
        ``"b h t t"``: the last axis is what is read.
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
                task: nn.Sequential(nn.Linear(width, width, bias=False), nn.Dropout(dropout))
                for task in OTHER
                if task in read  # the others would be trained by nothing
            }
        )
        self.softmax = nn.ModuleDict({task: Softmax() for task in directions})

    def forward(
        self,
        states: dict[str, Float[Tensor, "b t d"]],
        pair: Float[Tensor, "v p"] | Float[Tensor, "b t t p"],
        index: Int[Tensor, "t t"],
        real: Bool[Tensor, "b t"],
    ) -> tuple[dict[str, Tensor], Float[Tensor, "b t t c"]]:
        """New states of the updated streams, and the shared map."""
        shared = self.pair_map(states["entity"], states["relation"], pair, index, real)
        scores = leaky_relu(self.score(shared), SLOPE).permute(0, 3, 1, 2)
        values = {task: make(states[task]) for task, make in self.values.items()}
        updated = dict(states)
        for task, softmax in self.softmax.items():
            own = scores if task == "entity" else scores.mT  # the map's rows are entity's
            attention = softmax(own, real[:, None, None])
            heads = values[OTHER[task]].unflatten(2, (self.heads, -1)).transpose(1, 2)
            new = (attention @ heads).transpose(1, 2).flatten(2)
            if self.self_loop:
                new = new + values[task]
            new = leaky_relu(new, SLOPE)
            updated[task] = new + states[task] if self.residual else new
        return updated, shared


@final
@Interaction.register("conv_co_attention")
class ConvCoAttention(Interaction):
    """Streams that read each other along a convolved map of all pairs of positions (CARE §3).

    Paper: https://arxiv.org/abs/2308.12531

    Args:
        directions: the streams that are updated; the other one stays as it is.
        layers: depth; each layer has its own weights and hands its map to the next. 0 leaves
            the streams alone and gives the pair features as the map.
        heads: attention heads; they divide the width.
        channels: width of the shared map.
        kernel_size: of the convolution after the 1×1 one: 3, or 1 to look at single cells.
        residual: add a layer's input to its output.
        self_loop: add a position's own value to what it reads.
        dropout: probability on the map's input channels and on the values.
        pair_features: what is known of two positions from the start; null: nothing.

    Shapes:
        Streams of width d → new states, with a pair map ``"b t t c"`` (row: entity stream,
        column: relation stream). The summary is the new [CLS] where there is one.

    Raises:
        ConfigError: the heads do not divide the width.

    Differences:
        The released code lets padded cells into the convolution at a unit's border, so that
        its scores depend on the batch; here they are zero.
    """

    def __init__(
        self,
        input_dim: int,
        directions: Annotated[list[Task], MinLen(1)] = ["entity", "relation"],  # noqa: B006
        layers: Annotated[int, Ge(0)] = 3,
        heads: Annotated[int, Ge(1)] = 1,
        channels: Annotated[int, Gt(0)] = 128,
        kernel_size: Literal[1, 3] = 3,
        residual: bool = True,
        self_loop: bool = True,
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
        pair_features: Factory[PairFeatures] | None = Factory(PairFeatures.by_name("distance")),  # noqa: B008
    ) -> None:
        super().__init__()
        if input_dim % heads:
            raise ConfigError(
                f"heads={heads} does not divide the width {input_dim}; "
                f"take one of {', '.join(str(n) for n in divisors(input_dim) if n <= 16)}"
            )
        self.features = pair_features() if pair_features else None
        given = self.features.output_dim if self.features else 0
        self.pair_dim = channels if layers else given
        self.layers = nn.ModuleList(
            CoAttentionLayer(
                input_dim,
                PairMap(input_dim, channels if number else given, channels, kernel_size, dropout),
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
        layout = streams.entity.layout
        real = layout.roles != Role.PAD
        pair, index = self._features(streams.entity.states)
        if not self.layers:
            whole = pair[index].expand(len(real), -1, -1, -1)
            return streams.replacing(pair=whole)
        states = {task: streams.task(task).states for task in OTHER}
        for layer in self.layers:
            states, pair = layer(states, pair, index, real)
        changed = {task: updated(streams.task(task), new) for task, new in states.items()}
        return streams.replacing(pair=pair, **changed)

    def _features(
        self, states: Float[Tensor, "b t d"]
    ) -> tuple[Float[Tensor, "v p"], Int[Tensor, "t t"]]:
        """Rows of pair features and each pair's row; rows of width 0 without features."""
        size = states.shape[1]
        if self.features is None:
            index = torch.zeros(size, size, dtype=torch.long, device=states.device)
            return states.new_zeros(1, 0), index
        return self.features.values, self.features.index(size)


def updated(stream: Stream, states: Float[Tensor, "b t d"]) -> Stream:
    """The stream with new states; its summary is the new [CLS], the old one without [CLS]."""
    first = stream.layout.roles[:, :1] == Role.SUMMARY
    return Stream(states, torch.where(first, states[:, 0], stream.summary), stream.layout)
