"""SINET's pair features: the context between two spans, the summary, both spans."""

from typing import final

import torch
from jaxtyping import Int
from torch import Tensor, nn

from jointre.config import Factory
from jointre.config.bounds import WidthOrZero
from jointre.nn.gaps import distinct_gaps
from jointre.nn.pair_encoders.pair_encoder import Arguments, PairEncoder, choose, either
from jointre.nn.span_poolers import SpanPooler
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Streams
from jointre.positions import Spans

DISTANCES = (1, 2, 3, 5, 8, 16)
"""The numbers of words at which the buckets of distances begin, after that of 0."""


@final
@PairEncoder.register("between_context")
class BetweenContext(PairEncoder):
    """``[context; summary; head; tail; head width; tail width]`` (SINET eq. 8-9).

    The types of head and tail follow if the model has vectors of them, and then an embedding of
    their distance and order.

    The context is pooled from the *shared* states of the positions between the spans; it is zero
    if the spans touch, overlap or nest. It depends only on the gap between the spans, so each
    gap is pooled once for both (head, tail) and (tail, head).

    For spans in different sentences, the context is all words of the document between them, and the
    summary is the element-wise maximum over the summaries of both sentences.

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        context_pooler: Pooler of the positions between the spans.
        distance_dim: Size of an embedding of the order of head and tail and of the number of words
            between them (0, 1, 2, 3-4, 5-7, 8-15, 16 or more); 0: no such embedding, as published.

    Shapes:
        pairs ``"q 2"`` → blocks of 4d + 2w + 2e + z columns over q, for types of width e and
        distances of width z.

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
        distance_dim: WidthOrZero = 0,
    ) -> None:
        super().__init__()
        self.context_pooler = context_pooler(input_dim=shared_dim)
        buckets = len(DISTANCES) + 1
        self.distances = nn.Embedding(2 * buckets, distance_dim) if distance_dim else None
        self.output_dim = (
            shared_dim + summary_dim + 2 * span_dim + 2 * width_dim + 2 * type_dim + distance_dim
        )

    def forward(
        self, streams: Streams, arguments: Arguments, pairs: Int[Tensor, "q 2"]
    ) -> list[FeatureBlock]:
        """Feature blocks of the pairs."""
        head, tail = arguments.mention_entity[pairs, 0].unbind(1)
        gaps, gap = distinct_gaps(arguments.spans.ranges(streams.shared.positions), head, tail)
        context = self.context_pooler(streams.shared.states, gaps)
        blocks = [
            FeatureBlock(context, gap),
            either(arguments.summaries, head, tail),
            FeatureBlock(arguments.rows, head),
            FeatureBlock(arguments.rows, tail),
            choose(arguments.widths, head),
            choose(arguments.widths, tail),
            choose(arguments.types, head),
            choose(arguments.types, tail),
        ]
        if self.distances is not None:
            row = distance_rows(arguments.spans, head, tail)
            blocks.append(FeatureBlock(self.distances.weight, row))
        return blocks


def distance_rows(
    spans: Spans, head: Int[Tensor, " q"], tail: Int[Tensor, " q"]
) -> Int[Tensor, " q"]:
    """The row of the distance embedding for each pair of spans.

    Args:
        spans: The spans.
        head: Row of the head of each pair.
        tail: Row of the tail.

    Returns:
        The bucket of the number of words between the spans, 0 if they touch or overlap; for a head
        that begins after the tail, the number of buckets more.

    Example:
        >>> spans = Spans(torch.zeros(2).long(), torch.tensor([0, 6]), torch.tensor([2, 7]))
        >>> distance_rows(spans, torch.tensor([0, 1]), torch.tensor([1, 0])).tolist()
        [3, 10]
    """
    start, end = spans.start, spans.end
    words = torch.maximum(start[head], start[tail]) - torch.minimum(end[head], end[tail])
    bounds = torch.tensor(DISTANCES, device=words.device)
    bucket = torch.bucketize(words.clamp(min=0), bounds, right=True)
    after = start[head] > start[tail]
    return bucket + after * (len(DISTANCES) + 1)
