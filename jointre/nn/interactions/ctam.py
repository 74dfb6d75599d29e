"""SINET's cross-task attention (CTAM), without projecting keys and values."""

from collections.abc import Sequence
from typing import Annotated, Literal, final

import torch
from annotated_types import Ge, Le, Lt, MinLen
from jaxtyping import Bool, Float
from torch import Tensor, nn

from jointre.config.bounds import Heads
from jointre.errors import ConfigError
from jointre.nn.dropout import Dropout
from jointre.nn.interactions.interaction import Interaction, Task
from jointre.nn.masking import Softmax, masked_max, masked_mean
from jointre.nn.streams import Stream, Streams
from jointre.positions import Role

Agent = Literal["cls", "max", "mean"]


class CrossTaskLayer(nn.Module):
    """One agent attends over the other task's states and over itself (SINET eq. 2-4).

    With a single query, the scores of a head are ``X (W_kᵀ q)`` and its output is ``W_v (A X)``,
    so that keys and values need not be computed: 4d² + 2hLd instead of 2d² + 2Ld² products. The
    result is the same, in training too.

    Shapes:
        agent ``"b d"``, memory ``"b t d"``, keep ``"b t"`` → ``"b d"``. The attention
        (output of ``softmax``) is ``"b h t+1"``; its last column is the agent itself.
    """

    def __init__(
        self, width: int, heads: int, layer_norm: bool, out_proj: bool, dropout: float
    ) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.softmax = Softmax()
        self.dropout = Dropout(dropout)
        self.output = (
            nn.Sequential(nn.Linear(width, width), Dropout(dropout)) if out_proj else nn.Identity()
        )
        self.norm = nn.LayerNorm(width) if layer_norm else nn.Identity()

    def forward(
        self,
        agent: Float[Tensor, "b d"],
        memory: Float[Tensor, "b t d"],
        keep: Bool[Tensor, "b t"],
    ) -> Float[Tensor, "b d"]:
        """The agent after reading the memory."""
        units, width = agent.shape
        size = width // self.heads
        query = self.query(agent).view(units, self.heads, size)
        key = self.key.weight.view(self.heads, size, width)
        folded = torch.einsum("bhs,hsd->bhd", query, key) / size**0.5
        scores = torch.cat([folded @ memory.mT, folded @ agent[..., None]], -1)
        keep_agent = keep.new_ones(units, 1)
        attention = self.softmax(scores, torch.cat([keep, keep_agent], 1)[:, None])
        attention = self.dropout(attention)
        read = attention[..., :-1] @ memory + attention[..., -1:] * agent[:, None]
        value = self.value.weight.view(self.heads, size, width)
        mixed = torch.einsum("bhd,hsd->bhs", read, value).reshape(units, width)
        updated: Tensor = self.norm(self.output(mixed) + agent)
        return updated


@final
@Interaction.register("ctam")
class CrossTaskAttention(Interaction):
    """Each task's agent attends over the other task's states (SINET §3.2, eq. 2-4).

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        directions: Streams whose summary is updated.
        layers: Number of layers, each with its own weights (Figure 3).
        heads: Number of attention heads, a divisor of the width (Figure 3).
        agent: Query of the attention: the summary ([CLS]), or the maximum or mean over the words.
        layer_norm: Whether to normalise the sum of the output and the agent.
        out_proj: Whether to map the concatenated heads by another Linear (as in the released code,
            not in eq. 3).
        mask_padding: Whether to exclude padding from the keys, so that results do not depend on the
            batch; false reproduces the released code.
        share_directions: Whether both directions use the same weights, as published.
        dropout: Dropout probability of the attention weights and of the output.

    Shapes:
        Streams of width d → the same with new summaries; the states are untouched.

    Raises:
        ConfigError: The heads do not divide the width.
    """

    changes = frozenset({"summary"})

    def __init__(
        self,
        input_dim: int,
        directions: Annotated[Sequence[Task], MinLen(1)] = ("entity", "relation"),
        layers: Annotated[int, Ge(1), Le(100)] = 1,
        heads: Heads = 4,
        agent: Agent = "cls",
        layer_norm: bool = True,
        out_proj: bool = True,
        mask_padding: bool = True,
        share_directions: bool = True,
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.2,
    ) -> None:
        super().__init__()
        if input_dim % heads:
            raise ConfigError(
                f"heads={heads} does not divide the width {input_dim}; "
                f"take one of {', '.join(str(n) for n in divisors(input_dim) if n <= 16)}"
            )
        self.directions = tuple(dict.fromkeys(directions))
        self.agent = agent
        self.mask_padding = mask_padding
        sets = 1 if share_directions else len(self.directions)
        self.stacks = nn.ModuleList(
            nn.ModuleList(
                CrossTaskLayer(input_dim, heads, layer_norm, out_proj, dropout)
                for _ in range(layers)
            )
            for _ in range(sets)
        )

    def forward(self, streams: Streams) -> Streams:
        """Update the summary of each stream in ``directions``."""
        changed: dict[str, Stream] = {}
        for position, task in enumerate(self.directions):
            stream = streams.task(task)
            other = streams.task("relation" if task == "entity" else "entity")
            stack = self.stacks[position % len(self.stacks)]
            agent = self._agent(stream)
            keep = self._keys(other)
            for layer in stack:  # type: ignore[attr-defined]
                agent = layer(agent, other.states, keep)
            changed[task] = Stream(stream.states, agent, stream.positions)
        return streams.replacing(**changed)

    def _agent(self, stream: Stream) -> Float[Tensor, "b d"]:
        if self.agent == "cls":
            return stream.summary
        pool = masked_max if self.agent == "max" else masked_mean
        return pool(stream.states, stream.positions.is_word)

    def _keys(self, stream: Stream) -> Bool[Tensor, "b t"]:
        roles = stream.positions.roles
        keys = roles != Role.SUMMARY
        return keys & (roles != Role.PAD) if self.mask_padding else keys


def divisors(number: int) -> list[int]:
    """All divisors of a positive number, ascending."""
    return [n for n in range(1, number + 1) if number % n == 0]
