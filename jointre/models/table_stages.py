"""The stages and targets of the table model, and the preparers that build them from units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Int
from torch import Tensor

from jointre.data.batch import GivenMentions, Movable, Stages
from jointre.data.candidates import given_labels, given_spans, pack_rows, pack_spans
from jointre.data.pieces import PieceMaker
from jointre.data.tables import entity_cells, relation_cells
from jointre.data.vocabulary import Vocabulary
from jointre.models.model import Entities, Item, Preparer, TrainingBatch, TrainingPreparer
from jointre.positions import Spans

MAX_CELLS = 1 << 17  # padded cells of a batch: 64 MiB for a map of 128 channels


@dataclass(frozen=True, slots=True)
class GivenSpans(Movable):
    """The only spans that can be mentions, and which of them are.

    Args:
        spans: Spans of the given entities.
        mentions: The mentions among them: all of them, with their labels.
    """

    spans: Spans
    mentions: GivenMentions


@dataclass(frozen=True, slots=True)
class TableStages(Stages):
    """What the table model reads.

    Args:
        inputs: Pieces of the units.
        whole: Whether every cell of both tables is scored, as in training; else only the cells
            of words, and relations between the first words of mentions.
        given: Entities that are known beforehand; None: decided by the decoder.
    """

    whole: bool = False
    given: GivenSpans | None = None


@dataclass(frozen=True, slots=True)
class TableTargets(Movable):
    """The gold cells of both tables, in words.

    Args:
        entity_cells: (unit, first word, last word, label) of every entity.
        relation_cells: (unit, first word of the head, first word of the tail, label).

    Shapes:
        entity_cells ``"g 4"``, relation_cells ``"h 4"``.
    """

    entity_cells: Int[Tensor, "g 4"]
    relation_cells: Int[Tensor, "h 4"]


@final
class TablePreparer(Preparer[TableStages]):
    """Leaves all cells to the model, or gives the units' own entities.

    Args:
        make_pieces: The encoder's tokenisation.
        entities: Whether entities are to be found or given.
        vocabulary: Labels of given entities.
    """

    max_cells: ClassVar[int | None] = MAX_CELLS

    def __init__(self, make_pieces: PieceMaker, entities: Entities, vocabulary: Vocabulary) -> None:
        super().__init__(make_pieces, entities)
        self.vocabulary = vocabulary

    def __call__(self, items: Sequence[Item]) -> TableStages:
        """Collate units."""
        if self.entities == "predict":
            return TableStages(self.inputs(items))
        spans = pack_spans([given_spans(item.visible) for item in items])
        labels = pack_rows([given_labels(item.visible, self.vocabulary) for item in items])
        mentions = GivenMentions(torch.arange(len(labels)), labels)
        return TableStages(self.inputs(items), given=GivenSpans(spans, mentions))


@final
class TableTrainingPreparer(TrainingPreparer[TableStages, TableTargets]):
    """Gives the gold cells; all cells are trained on, so nothing is sampled.

    Args:
        make_pieces: The encoder's tokenisation.
        seed: Random seed of the order of the units.
        vocabulary: The labels.
    """

    max_cells: ClassVar[int | None] = MAX_CELLS

    def __init__(self, make_pieces: PieceMaker, seed: int, vocabulary: Vocabulary) -> None:
        super().__init__(make_pieces, seed)
        self.vocabulary = vocabulary

    def __call__(
        self, items: Sequence[Item], epoch: int = 0
    ) -> TrainingBatch[TableStages, TableTargets]:
        """Collate units, with their gold cells."""
        units = [item.visible for item in items]
        targets = TableTargets(
            entity_cells(units, self.vocabulary), relation_cells(units, self.vocabulary)
        )
        return TrainingBatch(TableStages(self.inputs(items), whole=True), targets)
