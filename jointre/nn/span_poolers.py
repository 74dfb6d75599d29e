"""Span and context poolers: one vector per range of positions."""

from abc import ABC, abstractmethod
from typing import final

from jaxtyping import Float
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.nn.range_max import range_max
from jointre.nn.span_ops import range_sum
from jointre.positions import Ranges


class SpanPooler(Registrable, nn.Module, ABC, interface="span_pooler"):
    """Span pooler: one vector per span, or per context between two spans.

    Shapes:
        states ``"b t d"``, ranges ``"r"`` → ``"r d"``; an empty range gives zeros.
    """

    @abstractmethod
    def forward(self, states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
        """One row per range."""


@final
@SpanPooler.register("max")
class MaxSpanPooler(SpanPooler):
    """Element-wise maximum over a range (SINET Table 3).

    Paper: https://aclanthology.org/2024.lrec-main.1343
    """

    def __init__(self) -> None:
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

    def __init__(self) -> None:
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

    def __init__(self) -> None:
        super().__init__()

    def forward(self, states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
        """One row per range."""
        return range_sum(states, ranges)
