"""The interface of pair encoders."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Streams
from jointre.nn.take import take
from jointre.positions import Spans


@dataclass(frozen=True, slots=True)
class Arguments:
    """The entities that pairs are made of, and their mentions.

    Args:
        spans: Spans of the mentions.
        rows: Representations of the mentions.
        widths: Width embeddings of the mentions.
        mention_entity: Pairs of a mention row and an entity row, ordered by entity.
        entities: Representations of the entities.
        types: Type vectors of the entities, of width 0 if there are none.
        sentences: Sentence of each mention, counted in its unit.
        summaries: Summary of the relation stream for each mention: that of its unit, or of its
            sentence if the rows of the batch were sentences.

    Shapes:
        spans and sentences ``"m"``, rows ``"m k"``, widths FeatureBlock of ``"m w"``,
        mention_entity ``"l 2"``, entities ``"g k"``, types FeatureBlock of ``"g e"``, summaries
        FeatureBlock of ``"m d"``.
    """

    spans: Spans
    rows: Float[Tensor, "m k"]
    widths: FeatureBlock
    mention_entity: Int[Tensor, "l 2"]
    entities: Float[Tensor, "g k"]
    types: FeatureBlock
    sentences: Int[Tensor, " m"]
    summaries: FeatureBlock

    @classmethod
    def of_mentions(
        cls,
        spans: Spans,
        rows: Float[Tensor, "m k"],
        widths: FeatureBlock,
        types: FeatureBlock,
        sentences: Int[Tensor, " m"],
        summaries: FeatureBlock,
    ) -> "Arguments":
        """Arguments in which every mention is a separate entity."""
        number = torch.arange(len(spans), device=rows.device)
        mention_entity = torch.stack([number, number], 1)
        return cls(spans, rows, widths, mention_entity, rows, types, sentences, summaries)


class PairEncoder(Registrable, nn.Module, ABC, interface="pair_encoder"):
    """Pair encoder: turns pairs of entities into the features that a classifier reads.

    Owner gives: ``shared_dim`` (shared stream), ``summary_dim`` (task stream),
    ``span_dim`` (mention and entity), ``width_dim`` (width embedding) and ``type_dim``.

    Attributes:
        one_mention: Whether it expects one mention per entity, so that a model whose entities
            have several can refuse it.
        reads_other_pairs: Whether the features of a pair depend on the other pairs of its unit, so
            that a model must give it all of them at once.

    Shapes:
        pairs ``"q 2"`` of entities → blocks over q, of ``output_dim`` columns in all.
    """

    given: ClassVar[tuple[str, ...]] = (
        "shared_dim",
        "summary_dim",
        "span_dim",
        "width_dim",
        "type_dim",
    )
    one_mention: bool = False
    reads_other_pairs: ClassVar[bool] = False
    output_dim: int

    @abstractmethod
    def forward(
        self, streams: Streams, arguments: Arguments, pairs: Int[Tensor, "q 2"]
    ) -> list[FeatureBlock]:
        """Feature blocks of the pairs (head, tail)."""

    def chunks(
        self, pairs: Int[Tensor, "q 2"], unit: Int[Tensor, " q"], size: int
    ) -> list[Int[Tensor, "_ 2"]]:
        """Pairs in chunks that can be encoded one after another, at least one chunk.

        Args:
            pairs: All pairs of a batch.
            unit: Unit of each pair; ascending, if a pair depends on the other pairs of its unit.
            size: Number of pairs of a chunk; a chunk of whole units may be larger by one unit.
        """
        if not self.reads_other_pairs:
            return list(torch.split(pairs, size))
        starts = torch.cat([unit.new_zeros(1), 1 + unit.diff().nonzero()[:, 0]])
        bucket = starts // size
        first = torch.cat([bucket[:1] == 0, bucket.diff() > 0])
        return list(torch.tensor_split(pairs, starts[first][1:].tolist()))


def choose(block: FeatureBlock, rows: Int[Tensor, " q"]) -> FeatureBlock:
    """The block of the candidates in these rows."""
    return FeatureBlock(block.values, rows if block.index is None else block.index[rows])


def either(block: FeatureBlock, head: Int[Tensor, " q"], tail: Int[Tensor, " q"]) -> FeatureBlock:
    """The block's rows of heads and tails; their element-wise maximum where these differ.

    Args:
        block: Block of the mentions, in which many mentions share a row.
        head: Mention that is the head of each pair.
        tail: Mention that is the tail.
    """
    size = len(block.values)
    row = torch.arange(size, device=head.device) if block.index is None else block.index
    first, second = row[head], row[tail]
    (different,) = torch.where(first != second)
    low = torch.minimum(first[different], second[different])
    high = torch.maximum(first[different], second[different])
    keys, number = torch.unique(low * size + high, return_inverse=True)
    maxima = torch.maximum(take(block.values, keys // size), take(block.values, keys % size))
    index = first.index_copy(0, different, size + number)
    return FeatureBlock(torch.cat([block.values, maxima]), index)
