"""Element-wise maximum over a range."""

from typing import final

from jaxtyping import Float
from torch import Tensor

from jointre.layout import Ranges
from jointre.nn.range_max import range_max
from jointre.nn.span_poolers.span_pooler import SpanPooler


@final
@SpanPooler.register("max")
class MaxSpanPooler(SpanPooler):
    """Element-wise maximum over a range (SINET Table 3).

    Paper: https://aclanthology.org/2024.lrec-main.1343
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(self, states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
        """One row a range."""
        return range_max(states, ranges)
