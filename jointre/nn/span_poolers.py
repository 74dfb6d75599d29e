"""Span and context poolers: one vector per range of positions."""

from abc import ABC, abstractmethod
from typing import ClassVar, final

from jaxtyping import Float
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.nn.range_max import range_max
from jointre.nn.span_ops import range_sum
from jointre.nn.split_linear import FeatureBlock, SplitLinear
from jointre.positions import Ranges


class SpanPooler(Registrable, nn.Module, ABC, interface="span_pooler"):
    """Span pooler: one vector per span, or per context between two spans.

    Owner gives: ``input_dim``, the width of the states.

    Shapes:
        states ``"b t d"``, ranges ``"r"`` → ``"r d"``; an empty range gives zeros.
    """

    given: ClassVar[tuple[str, ...]] = ("input_dim",)

    @abstractmethod
    def forward(self, states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
        """One row per range."""


@final
@SpanPooler.register("max")
class MaxSpanPooler(SpanPooler):
    """Element-wise maximum over a range (SINET Table 3).

    Paper: https://aclanthology.org/2024.lrec-main.1343
    """

    def __init__(self, input_dim: int) -> None:
        super().__init__()

    def forward(self, states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
        """One row per range."""
        return range_max(states, ranges)


@final
@SpanPooler.register("mean")
class MeanSpanPooler(SpanPooler):
    """Mean over the positions (pieces, not words) of a range (SINET Table 3).

    Paper: https://aclanthology.org/2024.lrec-main.1343
    """

    def __init__(self, input_dim: int) -> None:
        super().__init__()

    def forward(self, states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
        """One row per range."""
        length = (ranges.end - ranges.start).clamp(min=1).to(states.dtype)
        return range_sum(states, ranges) / length[:, None]


@final
@SpanPooler.register("sum")
class SumSpanPooler(SpanPooler):
    """Sum over a range (SINET Table 3).

    Paper: https://aclanthology.org/2024.lrec-main.1343
    """

    def __init__(self, input_dim: int) -> None:
        super().__init__()

    def forward(self, states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
        """One row per range."""
        return range_sum(states, ranges)


@final
@SpanPooler.register("endpoints")
class EndpointsSpanPooler(SpanPooler):
    """A Linear of the first state, the last state and the maximum of a range.

    The endpoints say where a span begins and ends, which the maximum alone does not. The first and
    the last states are multiplied once per position, not once per range.

    Paper: https://arxiv.org/abs/2010.12812
    """

    def __init__(self, input_dim: int) -> None:
        super().__init__()
        self.output = SplitLinear(3 * input_dim, input_dim)

    def forward(self, states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
        """One row per range."""
        positions, rows = states.shape[1], states.flatten(0, 1)
        filled = ranges.end > ranges.start
        first = (ranges.unit * positions + ranges.start) * filled
        last = (ranges.unit * positions + ranges.end - 1) * filled
        blocks = [
            FeatureBlock(rows, first),
            FeatureBlock(rows, last),
            FeatureBlock(range_max(states, ranges)),
        ]
        pooled: Tensor = self.output(blocks)
        return pooled * filled[:, None]
