"""SINET's pair features: the context between two spans, the summary, both spans."""

from typing import final

from jaxtyping import Int
from torch import Tensor

from jointre.config import Factory
from jointre.nn.gaps import distinct_gaps
from jointre.nn.pair_encoders.pair_encoder import Arguments, PairEncoder, choose
from jointre.nn.span_poolers import SpanPooler
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Streams


@final
@PairEncoder.register("between_context")
class BetweenContext(PairEncoder):
    """``[context; summary; head; tail; head width; tail width]`` (SINET eq. 8-9).

    The context is pooled from the *shared* states of the positions between the spans; it is zero
    if the spans touch, overlap or nest. It depends only on the gap between the spans, so each
    gap is pooled once for both (head, tail) and (tail, head).

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        context_pooler: Pooler of the positions between the spans.

    Shapes:
        pairs ``"q 2"`` → blocks of 4d + 2w columns over q.

    Differences:
        Equation 9 prints the reversed pair without swapping head and tail. They are swapped
        here, as in the released code.
    """

    one_mention = True

    def __init__(
        self,
        shared_dim: int,
        summary_dim: int,
        span_dim: int,
        width_dim: int,
        type_dim: int,
        context_pooler: Factory[SpanPooler] = Factory(SpanPooler.by_name("max")),
    ) -> None:
        super().__init__()
        self.context_pooler = context_pooler()
        self.output_dim = shared_dim + summary_dim + 2 * span_dim + 2 * width_dim

    def forward(
        self, streams: Streams, arguments: Arguments, pairs: Int[Tensor, "q 2"]
    ) -> list[FeatureBlock]:
        """Feature blocks of the pairs."""
        head, tail = arguments.mention_entity[pairs, 0].unbind(1)
        gaps, gap = distinct_gaps(arguments.spans.ranges(streams.shared.positions), head, tail)
        context = self.context_pooler(streams.shared.states, gaps)
        return [
            FeatureBlock(context, gap),
            FeatureBlock(streams.relation.summary, arguments.spans.unit[head]),
            FeatureBlock(arguments.rows, head),
            FeatureBlock(arguments.rows, tail),
            choose(arguments.widths, head),
            choose(arguments.widths, tail),
        ]
