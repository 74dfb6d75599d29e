"""Batches for the table model."""

from collections.abc import Sequence
from dataclasses import replace
from typing import final

from jointre.data.batch import Batch
from jointre.data.candidates import attach, given_entities
from jointre.data.pieces import PieceMaker
from jointre.data.tables import entity_cells, relation_cells
from jointre.data.vocabulary import Vocabulary
from jointre.models.model import Item, Mode, Preparer


@final
class TablePreparer(Preparer):
    """Batches for the table model.

    Args:
        make_pieces: the encoder's tokenisation.
        seed: unused: all cells are trained on.
        mode: give the gold cells, nothing, or the entities.
        vocabulary: labels.
    """

    max_cells = 1 << 17  # 64 MiB for a map of 128 channels

    def __init__(
        self, make_pieces: PieceMaker, seed: int, mode: Mode, vocabulary: Vocabulary
    ) -> None:
        super().__init__(make_pieces, seed)
        self.mode = mode
        self.vocabulary = vocabulary

    def __call__(self, items: Sequence[Item], epoch: int = 0) -> Batch:
        """Collate units."""
        batch = self.make_pieces.batch([item.pieces for item in items])
        if self.mode == "predict":
            return batch
        visible = [item.visible for item in items]
        if self.mode == "given":
            return attach(batch, [given_entities(one, self.vocabulary) for one in visible])
        return replace(
            batch,
            entity_cells=entity_cells(visible, self.vocabulary),
            relation_cells=relation_cells(visible, self.vocabulary),
        )
