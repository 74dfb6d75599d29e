"""The stages and targets of the span model, and the preparers that build them from units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.data.batch import GivenMentions, Movable, Stages
from jointre.data.candidates import (
    given_labels,
    given_spans,
    pack_rows,
    pack_spans,
    pack_targets,
    proposed_spans,
)
from jointre.data.context import Place
from jointre.data.pieces import PieceMaker
from jointre.data.samplers import SentenceSampler
from jointre.data.schema import Document
from jointre.data.split import UnitKind
from jointre.data.vocabulary import Vocabulary
from jointre.models.model import Entities, Item, Preparer, TrainingBatch, TrainingPreparer
from jointre.models.together import document_item, pack_by_sentence, rows_of
from jointre.positions import SentenceRows, Spans
from jointre.span_enumerators import SpanEnumerator


@dataclass(frozen=True, slots=True)
class SpanStages(Stages):
    """What the span model reads.

    Args:
        inputs: Pieces of the units.
        spans: Candidate spans.
        mentions: Mentions among them; None: decided by the decoder.
        pairs: (head, tail) rows of the mentions; None: all ordered pairs of a unit.
        rows: The document of each row of the batch if the rows are sentences of documents whose
            mentions are paired across sentences; None: every row is a unit.

    Shapes:
        spans ``"s"``, pairs ``"q 2"``.
    """

    spans: Spans
    mentions: GivenMentions | None = None
    pairs: Int[Tensor, "q 2"] | None = None
    rows: SentenceRows | None = None


@dataclass(frozen=True, slots=True)
class SpanTargets(Movable):
    """What the scores of spans and pairs are compared with.

    Args:
        entities: Class of each span: 0 for no mention, else the label's index + 1.
        relations: Multi-hot labels of the pairs.

    Shapes:
        entities ``"s"``, relations ``"q r"``.
    """

    entities: Int[Tensor, " s"]
    relations: Float[Tensor, "q r"]


@final
class SpanPreparer(Preparer[SpanStages]):
    """Proposes spans, or gives the units' own entities.

    Args:
        make_pieces: The encoder's tokenisation.
        entities: Whether entities are to be found or given.
        vocabulary: Labels of given entities.
        span_enumerator: Enumerator without parameters, which proposes the spans.
        unit: What the model reads at once.
    """

    def __init__(
        self,
        make_pieces: PieceMaker,
        entities: Entities,
        vocabulary: Vocabulary,
        span_enumerator: SpanEnumerator,
        unit: UnitKind = "sentence",
    ) -> None:
        super().__init__(make_pieces, entities)
        self.vocabulary = vocabulary
        self.span_enumerator = span_enumerator
        self.unit = unit

    def item(self, index: int, document: Document, place: Place | None = None) -> Item:
        """Tokenise a unit, or the sentences of a document."""
        if self.unit == "sentences":
            return document_item(self, index, document, place)
        return super().item(index, document, place)

    def __call__(self, items: Sequence[Item]) -> SpanStages:
        """Collate units."""
        rows, documents = rows_of(items)
        inputs = self.inputs(rows)
        if self.entities == "given":
            spans, numbers = pack_by_sentence([given_spans(item.visible) for item in items], items)
            labels = pack_rows([given_labels(item.visible, self.vocabulary) for item in items])
            return SpanStages(inputs, spans, GivenMentions(numbers, labels), rows=documents)
        proposed = [
            proposed_spans(row.visible, row.pieces.silent, self.span_enumerator) for row in rows
        ]
        return SpanStages(inputs, pack_spans(proposed), rows=documents)


@final
class SpanTrainingPreparer(TrainingPreparer[SpanStages, SpanTargets]):
    """Gives sampled spans and pairs, and their targets.

    Args:
        make_pieces: The encoder's tokenisation.
        seed: Random seed of the sampling.
        sampler: Chooses spans and pairs.
        unit: What the model reads at once.
    """

    def __init__(
        self,
        make_pieces: PieceMaker,
        seed: int,
        sampler: SentenceSampler,
        unit: UnitKind = "sentence",
    ) -> None:
        super().__init__(make_pieces, seed, sampler)
        self.sample = sampler
        self.unit = unit

    def item(self, index: int, document: Document, place: Place | None = None) -> Item:
        """Tokenise a unit, or the sentences of a document, and index its gold."""
        if self.unit == "sentences":
            return document_item(self, index, document, place)
        return super().item(index, document, place)

    def __call__(
        self, items: Sequence[Item], epoch: int = 0
    ) -> TrainingBatch[SpanStages, SpanTargets]:
        """Collate units, with the candidates of the epoch."""
        units = [self.sample(item.index, self.rng(epoch, item.number)) for item in items]
        rows, documents = rows_of(items)
        spans, numbers = pack_by_sentence([unit.spans for unit in units], items)
        mention_rows = pack_rows(
            [unit.mention_rows for unit in units], [len(unit.spans) for unit in units]
        )
        unordered = pack_rows([unit.entity_targets for unit in units])
        classes = torch.empty_like(unordered).index_copy(0, numbers, unordered)
        mention_rows = numbers[mention_rows]
        pairs = pack_rows(
            [unit.pairs for unit in units], [len(unit.mention_rows) for unit in units]
        )
        return TrainingBatch(
            SpanStages(
                self.inputs(rows),
                spans,
                GivenMentions(mention_rows, classes[mention_rows] - 1),
                pairs,
                documents,
            ),
            SpanTargets(
                classes,
                pack_targets([unit.relation_targets for unit in units]),
            ),
        )
