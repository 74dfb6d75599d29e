"""Mean over the positions (pieces, not words) of a range."""

from typing import final

from jaxtyping import Float
from torch import Tensor

from jointre.layout import Ranges
from jointre.nn.span_ops import range_sum
from jointre.nn.span_poolers.span_pooler import SpanPooler


@final
@SpanPooler.register("mean")
class MeanSpanPooler(SpanPooler):
    """Mean over the positions (pieces, not words) of a range (SINET Table 3).

    Paper: https://aclanthology.org/2024.lrec-main.1343
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(self, states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
        """One row a range."""
        length = (ranges.end - ranges.start).clamp(min=1).to(states.dtype)
        return range_sum(states, ranges) / length[:, None]
