"""JEREX's multi-instance pair features: all mention pairs of two entities."""

from typing import Annotated, final

import torch
from annotated_types import Ge, Lt
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Factory
from jointre.config.bounds import Width, WidthOrZero
from jointre.nn.dropout import Dropout
from jointre.nn.gaps import distinct_gaps
from jointre.nn.pair_encoders.pair_encoder import Arguments, PairEncoder, choose
from jointre.nn.segment_ops import segment_max
from jointre.nn.span_poolers import SpanPooler
from jointre.nn.split_linear import FeatureBlock, SplitLinear
from jointre.nn.streams import Streams

TOKEN_ROWS = 700  # distances in words; farther ones share the last row
SENTENCE_ROWS = 50
INSTANCES_AT_ONCE = 1 << 14  # mention pairs computed together when nothing is trained


@final
@PairEncoder.register("multi_instance")
class MultiInstance(PairEncoder):
    """Maximum over the mention pairs of two entities, with their types (JEREX; memory §3.10).

    A mention pair is ``[context; head mention; tail mention; head; tail; word distance;
    sentence distance]`` through a Linear, which is split: mentions, entities and distances
    are multiplied once each, contexts once per gap.

    Paper: https://arxiv.org/abs/2102.05980

    Args:
        context_pooler: Pooler of the positions between two mentions.
        distance_dim: Size of each of the two distance embeddings.
        hidden_dim: Width of both hidden layers; null: the width of the entities.
        dropout: Dropout probability after each layer.

    Shapes:
        pairs ``"q 2"`` → one block of ``"q d"``.

    Differences:
        Distances beyond the tables share their last row; the released code fails there.
    """

    def __init__(
        self,
        shared_dim: int,
        summary_dim: int,
        span_dim: int,
        width_dim: int,
        type_dim: int,
        context_pooler: Factory[SpanPooler] = Factory(SpanPooler.by_name("max")),
        distance_dim: WidthOrZero = 75,
        hidden_dim: Width | None = None,
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
    ) -> None:
        super().__init__()
        self.output_dim = hidden_dim or span_dim
        self.context_pooler = context_pooler(input_dim=shared_dim)
        self.token_distance = nn.Embedding(TOKEN_ROWS, distance_dim)
        self.sentence_distance = nn.Embedding(SENTENCE_ROWS, distance_dim)
        self.instance = SplitLinear(shared_dim + 4 * span_dim + 2 * distance_dim, self.output_dim)
        self.hidden = SplitLinear(self.output_dim + 2 * type_dim, self.output_dim)
        self.dropout = Dropout(dropout)

    def forward(
        self, streams: Streams, arguments: Arguments, pairs: Int[Tensor, "q 2"]
    ) -> list[FeatureBlock]:
        """The pairs' hidden layer."""
        sizes = torch.bincount(arguments.mention_entity[:, 1], minlength=len(arguments.entities))
        maxima = [
            self._instances(streams, arguments, pairs_chunk, sizes)
            for pairs_chunk in bounded(pairs, sizes)
        ]
        head, tail = pairs.unbind(1)
        blocks = [
            FeatureBlock(torch.cat(maxima)),
            choose(arguments.types, head),
            choose(arguments.types, tail),
        ]
        return [FeatureBlock(self.dropout(self.hidden(blocks).relu()))]

    def _instances(
        self,
        streams: Streams,
        arguments: Arguments,
        pairs: Int[Tensor, "q 2"],
        sizes: Int[Tensor, " g"],
    ) -> Float[Tensor, "q d"]:
        """Maxima over the mention pairs of each pair."""
        head, tail, pair = instances(arguments.mention_entity, pairs, sizes)
        spans, sentences = arguments.spans, arguments.sentences
        gaps, gap = distinct_gaps(spans.ranges(streams.shared.positions), head, tail)
        start, end = spans.start, spans.end
        last_of_earlier = torch.where(start[head] <= start[tail], end[head], end[tail]) - 1
        words_apart = torch.maximum(start[head], start[tail]) - last_of_earlier
        sentences_apart = (sentences[head] - sentences[tail]).abs()
        blocks = [
            FeatureBlock(self.context_pooler(streams.shared.states, gaps), gap),
            FeatureBlock(arguments.rows, head),
            FeatureBlock(arguments.rows, tail),
            FeatureBlock(arguments.entities, pairs[pair, 0]),
            FeatureBlock(arguments.entities, pairs[pair, 1]),
            FeatureBlock(self.token_distance.weight, words_apart.clamp(0, TOKEN_ROWS - 1)),
            FeatureBlock(
                self.sentence_distance.weight, sentences_apart.clamp(max=SENTENCE_ROWS - 1)
            ),
        ]
        return segment_max(self.dropout(self.instance(blocks)), pair, len(pairs))


def instances(
    mention_entity: Int[Tensor, "l 2"], pairs: Int[Tensor, "q 2"], sizes: Int[Tensor, " g"]
) -> tuple[Int[Tensor, " k"], Int[Tensor, " k"], Int[Tensor, " k"]]:
    """Head mention, tail mention and entity pair of all mention pairs of the pairs of entities.

    Args:
        mention_entity: (mention, entity), ordered by entity.
        pairs: Pairs of entities.
        sizes: Number of mentions of each entity.
    """
    first = sizes.cumsum(0) - sizes
    head, tail = pairs.unbind(1)
    counts = sizes[head] * sizes[tail]
    pair = torch.repeat_interleave(counts)
    offset = torch.arange(len(pair), device=pair.device) - (counts.cumsum(0) - counts)[pair]
    tail_size = sizes[tail][pair]
    head_mention = mention_entity[first[head][pair] + offset // tail_size, 0]
    tail_mention = mention_entity[first[tail][pair] + offset % tail_size, 0]
    return head_mention, tail_mention, pair


def bounded(pairs: Int[Tensor, "q 2"], sizes: Int[Tensor, " g"]) -> tuple[Int[Tensor, "_ 2"], ...]:
    """The pairs, in chunks with a bounded number of mention pairs when nothing is trained."""
    if torch.is_grad_enabled() or len(pairs) == 0:
        return (pairs,)
    total = (sizes[pairs[:, 0]] * sizes[pairs[:, 1]]).cumsum(0)
    chunk = total // INSTANCES_AT_ONCE
    counts = torch.unique_consecutive(chunk, return_counts=True)[1].tolist()
    return torch.split(pairs, counts)
