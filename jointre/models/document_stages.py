"""The stages and targets of the document model, and the preparers that build them from units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from jointre.data.batch import Movable, Stages
from jointre.data.candidates import (
    DocumentCandidates,
    Integers,
    given_labels,
    pack_rows,
    pack_spans,
    pack_targets,
    pad_words,
    proposed_spans,
)
from jointre.data.pieces import PieceMaker
from jointre.data.samplers import CorefSampler
from jointre.data.schema import Document
from jointre.data.sentences import sentence_numbers
from jointre.data.vocabulary import Vocabulary
from jointre.models.model import Entities, Item, Preparer, TrainingBatch, TrainingPreparer
from jointre.positions import MentionPairs, Spans
from jointre.span_enumerators import SpanEnumerator


@dataclass(frozen=True, slots=True)
class GivenEntities(Movable):
    """Entities with their mentions that are known beforehand.

    Args:
        rows: Rows of the mentions among the candidate spans, each once.
        mention_entity: (row of ``rows``, entity), ordered by entity; a mention may
            belong to several.
        labels: Label of each entity, -1 where the most probable one is taken.

    Shapes:
        rows ``"m"``, mention_entity ``"l 2"``, labels ``"e"``.
    """

    rows: Int[Tensor, " m"]
    mention_entity: Int[Tensor, "l 2"]
    labels: Int[Tensor, " e"]


@dataclass(frozen=True, slots=True)
class CandidatePairs(Movable):
    """Pairs that are chosen beforehand, in training.

    Args:
        coreference: Pairs of mentions, as rows of the given mentions.
        entities: (head, tail) entities.

    Shapes:
        coreference: z pairs; entities ``"q 2"``.
    """

    coreference: MentionPairs
    entities: Int[Tensor, "q 2"]


@dataclass(frozen=True, slots=True)
class DocumentStages(Stages):
    """What the document model reads.

    Args:
        inputs: Pieces of the units.
        spans: Candidate spans.
        tokens: The words of each unit, which stay on the host.
        sentences: The sentence of each word, counted in its unit; 0 past the last word.
        entities: Entities with their mentions; None: decided by the decoder.
        pairs: Pairs to be scored; None: no mention pairs if the entities are given, and all
            ordered pairs of entities.

    Shapes:
        spans ``"s"``, sentences ``"b n"``.
    """

    spans: Spans
    tokens: tuple[tuple[str, ...], ...]
    sentences: Int[Tensor, "b n"]
    entities: GivenEntities | None = None
    pairs: CandidatePairs | None = None


@dataclass(frozen=True, slots=True)
class DocumentTargets(Movable):
    """What the scores of the stages are compared with.

    Args:
        mentions: 1 for each span that is a mention, 0 for other spans, -1 for spans without a loss.
        coreference: 1 for pairs of mentions of one entity.
        entities: Label of each entity.
        relations: Multi-hot labels of the pairs of entities.

    Shapes:
        mentions ``"s"``, coreference ``"z"``, entities ``"e"``, relations ``"q r"``.
    """

    mentions: Float[Tensor, " s"]
    coreference: Float[Tensor, " z"]
    entities: Int[Tensor, " e"]
    relations: Float[Tensor, "q r"]


@final
class DocumentPreparer(Preparer[DocumentStages]):
    """Proposes spans, and gives the units' own entities on request.

    Args:
        make_pieces: The encoder's tokenisation.
        entities: Whether entities are to be found or given.
        vocabulary: Labels of given entities.
        span_enumerator: Enumerator without parameters, which proposes the spans.
    """

    def __init__(
        self,
        make_pieces: PieceMaker,
        entities: Entities,
        vocabulary: Vocabulary,
        span_enumerator: SpanEnumerator,
    ) -> None:
        super().__init__(make_pieces, entities)
        self.vocabulary = vocabulary
        self.span_enumerator = span_enumerator

    def __call__(self, items: Sequence[Item]) -> DocumentStages:
        """Collate units."""
        inputs, units = self.inputs(items), [item.visible for item in items]
        spans = [
            proposed_spans(item.visible, item.pieces.silent, self.span_enumerator) for item in items
        ]
        entities = None
        if self.entities == "given":
            gold = [_gold_mentions(unit, rows) for unit, rows in zip(units, spans, strict=True)]
            spans = [mentions.spans for mentions in gold]
            entities = _given(
                spans,
                [mentions.mention_rows for mentions in gold],
                [mentions.mention_entity for mentions in gold],
                [given_labels(unit, self.vocabulary) for unit in units],
            )
        words = inputs.positions.words.shape[1]
        return DocumentStages(
            inputs,
            pack_spans(spans),
            tuple(unit.tokens for unit in units),
            pad_words([sentence_numbers(unit) for unit in units], words),
            entities,
        )


@final
class DocumentTrainingPreparer(TrainingPreparer[DocumentStages, DocumentTargets]):
    """Gives sampled spans and pairs, the gold entities, and the targets.

    Args:
        make_pieces: The encoder's tokenisation.
        seed: Random seed of the sampling.
        sampler: Chooses spans and pairs.
    """

    def __init__(self, make_pieces: PieceMaker, seed: int, sampler: CorefSampler) -> None:
        super().__init__(make_pieces, seed, sampler)
        self.sample = sampler

    def __call__(
        self, items: Sequence[Item], epoch: int = 0
    ) -> TrainingBatch[DocumentStages, DocumentTargets]:
        """Collate units, with the candidates of the epoch."""
        inputs, documents = self.inputs(items), [item.visible for item in items]
        units = [self.sample(item.index, self.rng(epoch, item.number)) for item in items]
        stages = DocumentStages(
            inputs,
            pack_spans([unit.spans for unit in units]),
            tuple(document.tokens for document in documents),
            pad_words(
                [sentence_numbers(document) for document in documents],
                inputs.positions.words.shape[1],
            ),
            _given(
                [unit.spans for unit in units],
                [unit.mention_rows for unit in units],
                [unit.mention_entity for unit in units],
                [unit.entity_targets for unit in units],
            ),
            _pairs(units),
        )
        targets = DocumentTargets(
            pack_targets([unit.mention_targets for unit in units]),
            pack_targets([unit.coreference_targets for unit in units]),
            pack_rows([unit.entity_targets for unit in units]),
            pack_targets([unit.relation_targets for unit in units]),
        )
        return TrainingBatch(stages, targets)


@dataclass(frozen=True, slots=True)
class _GoldMentions:
    """Candidate spans of a unit together with its annotated mentions.

    Args:
        spans: The proposed spans, then the mentions that are not among them.
        mention_rows: Rows of the mentions.
        mention_entity: (row of ``mention_rows``, entity).
    """

    spans: Integers
    mention_rows: Integers
    mention_entity: Integers


def _gold_mentions(document: Document, proposed: Integers) -> _GoldMentions:
    """The proposed spans, which the refiners read as in prediction, with the annotated mentions."""
    span_rows = {(start, end): row for row, (start, end) in enumerate(proposed.tolist())}
    mention_entity = []
    mention_rows: dict[int, int] = {}
    for number, entity in enumerate(document.entities):
        for span in dict.fromkeys(entity.mentions):
            row = span_rows.setdefault((span.start, span.end), len(span_rows))
            mention_entity.append((mention_rows.setdefault(row, len(mention_rows)), number))
    return _GoldMentions(
        np.array(list(span_rows), np.int64).reshape(-1, 2),
        np.array(list(mention_rows), np.int64),
        np.array(mention_entity, np.int64).reshape(-1, 2),
    )


def _given(
    spans: Sequence[Integers],
    mention_rows: Sequence[Integers],
    mention_entity: Sequence[Integers],
    labels: Sequence[Integers],
) -> GivenEntities:
    """The entities of several units, from rows that count within each unit."""
    sizes = [
        np.array([len(rows), len(entity_labels)])
        for rows, entity_labels in zip(mention_rows, labels, strict=True)
    ]
    return GivenEntities(
        pack_rows(mention_rows, [len(rows) for rows in spans]),
        pack_rows(mention_entity, sizes),
        pack_rows(labels),
    )


def _pairs(units: Sequence[DocumentCandidates]) -> CandidatePairs:
    """The sampled pairs of several units."""
    return CandidatePairs(
        MentionPairs(
            pack_rows(
                [unit.coreference_pairs for unit in units],
                [len(unit.mention_rows) for unit in units],
            ),
            pack_rows([unit.edit_distances for unit in units]),
            pack_rows([unit.name_relations for unit in units]),
        ),
        pack_rows([unit.pairs for unit in units], [len(unit.entity_targets) for unit in units]),
    )
