"""SINET's pair features: the context between two spans, the summary, both spans."""

from typing import final

import torch
from jaxtyping import Int
from torch import Tensor

from jointre.config import Factory
from jointre.layout import Ranges, Spans
from jointre.nn.pair_encoders.pair_encoder import PairEncoder, SpanRows, choose
from jointre.nn.span_poolers import SpanPooler
from jointre.nn.split_linear import Block
from jointre.nn.streams import Streams


@final
@PairEncoder.register("between_context")
class BetweenContext(PairEncoder):
    """``[context; summary; head; tail; head width; tail width]`` (SINET eq. 8-9).

    The context pools the *shared* states of the positions between the spans, nothing
    where they touch, overlap or nest. It depends on the gap alone, so each gap is pooled
    once, for (head, tail) and (tail, head).

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        context_pooler: how the positions between the spans are pooled.

    Shapes:
        spans ``"m"``, pairs ``"q 2"`` → blocks of 4d + 2w columns over q.

    Differences:
        Equation 9 prints the reversed pair without swapping head and tail; the released
        code swaps them, and so do we.
    """

    def __init__(
        self,
        shared_dim: int,
        summary_dim: int,
        span_dim: int,
        width_dim: int,
        context_pooler: Factory[SpanPooler] = Factory(SpanPooler.by_name("max")),  # noqa: B008
    ) -> None:
        super().__init__()
        self.context_pooler = context_pooler()
        self.output_dim = shared_dim + summary_dim + 2 * span_dim + 2 * width_dim

    def forward(
        self, streams: Streams, spans: Spans, features: SpanRows, pairs: Int[Tensor, "q 2"]
    ) -> list[Block]:
        """Feature blocks of the pairs."""
        head, tail = pairs[:, 0], pairs[:, 1]
        gaps, gap = distinct_gaps(spans.ranges(streams.shared.layout), head, tail)
        context = self.context_pooler(streams.shared.states, gaps)
        return [
            Block(context, gap),
            Block(streams.relation.summary, spans.unit[head]),
            Block(features.rows, head),
            Block(features.rows, tail),
            choose(features.widths, head),
            choose(features.widths, tail),
        ]


def distinct_gaps(
    ranges: Ranges, head: Int[Tensor, " q"], tail: Int[Tensor, " q"]
) -> tuple[Ranges, Int[Tensor, " q"]]:
    """The distinct gaps between the members of pairs, and each pair's gap.

    The gap of [l1, u1) and [l2, u2) is [min(u1, u2), max(l1, l2)); spans that touch,
    overlap or nest share one empty gap.
    """
    start = torch.minimum(ranges.end[head], ranges.end[tail])
    end = torch.maximum(ranges.start[head], ranges.start[tail])
    filled = start < end
    keys = torch.stack([ranges.unit[head], start, end]) * filled
    distinct, inverse = torch.unique(keys, dim=1, return_inverse=True)
    return Ranges(distinct[0], distinct[1], distinct[2]), inverse
