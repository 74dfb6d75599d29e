"""What the tagger reads, what it is trained on, and how units become both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from jointre.data.batch import GivenMentions, Movable, Stages
from jointre.data.candidates import (
    Floats,
    Integers,
    given_labels,
    given_spans,
    pack_rows,
    pack_spans,
    pack_targets,
)
from jointre.data.pieces import PieceMaker
from jointre.data.schema import Document
from jointre.data.symmetric import left_to_right
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError
from jointre.models.model import Entities, Item, Preparer, TrainingBatch, TrainingPreparer
from jointre.positions import Spans


@dataclass(frozen=True, slots=True)
class TaggerStages(Stages):
    """What the tagger reads.

    Args:
        inputs: Pieces of the units.
        spans: Spans of the given entities; None: the tags decide.
        mentions: All of these spans, with their labels.
    """

    spans: Spans | None = None
    mentions: GivenMentions | None = None


@dataclass(frozen=True, slots=True)
class TaggerTargets(Movable):
    """What tags and pairs are compared with.

    Args:
        tags: Tag of each word: 0 outside of mentions, 1 + 2 × label at the first word of a
            mention, 2 + 2 × label at its other words.
        relations: Multi-hot labels of all ordered pairs of mentions of a unit.

    Shapes:
        tags ``"n"``, relations ``"q r"``.
    """

    tags: Int[Tensor, " n"]
    relations: Float[Tensor, "q r"]


@final
class TaggerPreparer(Preparer[TaggerStages]):
    """Leaves the mentions to the tags, or gives the units' own entities.

    Args:
        make_pieces: The encoder's tokenisation.
        entities: Whether entities are to be found or given.
        vocabulary: The labels.
    """

    def __init__(self, make_pieces: PieceMaker, entities: Entities, vocabulary: Vocabulary) -> None:
        super().__init__(make_pieces, entities)
        self.vocabulary = vocabulary

    def __call__(self, items: Sequence[Item]) -> TaggerStages:
        """Collate units."""
        if self.entities == "predict":
            return TaggerStages(self.inputs(items))
        spans = pack_spans([given_spans(item.visible) for item in items])
        labels = pack_rows([given_labels(item.visible, self.vocabulary) for item in items])
        rows = pack_rows([np.arange(len(labels))])
        return TaggerStages(self.inputs(items), spans, GivenMentions(rows, labels))


@final
class TaggerTrainingPreparer(TrainingPreparer[TaggerStages, TaggerTargets]):
    """Gives the gold mentions, their tags, and the relations of all pairs of them.

    Args:
        make_pieces: The encoder's tokenisation.
        seed: Random seed, which the order of the units is a function of.
        vocabulary: The labels.
    """

    def __init__(self, make_pieces: PieceMaker, seed: int, vocabulary: Vocabulary) -> None:
        super().__init__(make_pieces, seed)
        self.vocabulary = vocabulary

    def __call__(
        self, items: Sequence[Item], epoch: int = 0
    ) -> TrainingBatch[TaggerStages, TaggerTargets]:
        """Collate units, with their targets."""
        units = [item.visible for item in items]
        spans = pack_spans([given_spans(unit) for unit in units])
        rows = pack_rows([np.arange(len(spans))])
        targets = TaggerTargets(
            pack_rows([tags_of(unit, self.vocabulary) for unit in units]),
            pack_targets([relations_of(unit, self.vocabulary) for unit in units]),
        )
        stages = TaggerStages(self.inputs(items), spans, GivenMentions(rows, None))
        return TrainingBatch(stages, targets)


def tags_of(document: Document, vocabulary: Vocabulary) -> Integers:
    """The tag of each word; of overlapping mentions the first one of the document is tagged.

    Raises:
        DataError: An entity has no label, or the vocabulary lacks it.
    """
    tags = np.zeros(len(document.tokens), np.int64)
    for entity in document.entities:
        if entity.label is None:
            raise DataError(f"document {document.id!r}: an entity without a label")
        start, end = entity.span
        if not tags[start:end].any():
            tags[start:end] = 2 + 2 * vocabulary.entity_index(entity.label)
            tags[start] -= 1
    return tags


def relations_of(document: Document, vocabulary: Vocabulary) -> Floats:
    """Multi-hot labels of all ordered pairs of entities, row by row, without the diagonal."""
    count = len(document.entities)
    table = np.zeros((count, count, len(vocabulary.relation_labels)), np.float32)
    for relation in left_to_right(document, vocabulary.symmetric).relations:
        table[relation.head, relation.tail, vocabulary.relation_index(relation.label)] = 1
    return table[~np.eye(count, dtype=bool)]
