"""The prediction loop, shared by inference and training."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import torch

from jointre.data.bucketing import budget_batches
from jointre.data.mentions import in_reading_order
from jointre.data.pieces import LONG_WORDS
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.windows import DOCUMENT_LIMIT, SENTENCE_LIMIT, Cut, Limit, cut
from jointre.models.model import Item, Model, Preparer
from jointre.models.pruning import SpanRecall
from jointre.plurals import counted

Entities = Literal["predict", "given"]
"""Find the entities, or relate those that the documents have."""

MAX_PIECES = 2048
MAX_UNITS = 64
_UNREAD = {
    "truncated": "words at the end of long units were not read, because the model truncates",
    "shortened": LONG_WORDS,
}
"""Flags of a document that was not read completely, and how their numbers are reported."""


def plan(
    items: Sequence[Item],
    preparer: Preparer,
    max_pieces: int = MAX_PIECES,
    max_units: int = MAX_UNITS,
) -> list[list[Item]]:
    """Group tokenised units of like length into batches.

    Args:
        items: tokenised units.
        preparer: The model's; it limits what grows with the square of a unit's length.
        max_pieces: most padded pieces of a batch.
        max_units: most units of a batch.
    """
    sizes = [len(item.pieces.ids) for item in items]
    batches = budget_batches(sizes, max_pieces, max_units, preparer.max_cells)
    return [[items[i] for i in batch] for batch in batches]


def predict_batch(
    model: Model, items: Sequence[Item], preparer: Preparer, recall: SpanRecall | None = None
) -> list[Document]:
    """The documents of one batch with the model's predictions.

    Entities that the model found are in reading order; given ones keep their order.

    Args:
        model: The model, in evaluation mode.
        items: Tokenised units of the batch.
        preparer: The model's, in mode ``"predict"`` or ``"given"``.
        recall: If given, counts the units' gold mentions that a trained span enumerator keeps.
    """
    device = next(model.parameters()).device
    with torch.inference_mode():
        stages = preparer(items).to(device)
        output = model(stages)
        kept = model.kept_spans(output)
        if recall is not None and kept is not None:
            recall.add(kept, [item.visible for item in items])
        documents = model.documents(output, stages, [item.document for item in items])
    if preparer.entities == "predict":
        documents = [in_reading_order(document) for document in documents]
    return documents


def predict(
    model: Model,
    units: Sequence[Document],
    preparer: Preparer,
    *,
    entities: Entities = "predict",
    max_pieces: int = MAX_PIECES,
    max_units: int = MAX_UNITS,
    limit: Limit | None = None,
    skipped: SkippedData | None = None,
    recall: SpanRecall | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Document]:
    """Predict units in batches of like length; the order of the result is the input's.

    Args:
        model: The model, in evaluation mode.
        units: Sentences or documents, as the model wants them; empty ones stay empty.
        preparer: the model's, in mode ``"predict"`` or ``"given"``.
        entities: The preparer's mode.
        max_pieces: most padded pieces of a batch.
        max_units: most units of a batch.
        limit: Units beyond it are read in overlapping windows; None: the limit of the model's
            kind of unit.
        skipped: If given, counts units that were read in windows or truncated.
        recall: If given, counts the units' gold mentions that a trained span enumerator keeps.
        progress: called with the number of units of each finished batch.
    """
    prepared = Prepared(model, units, preparer, entities, limit)
    firsts = prepared.first_parts()
    found: dict[int, Document] = {}
    for batch in plan(prepared.items, preparer, max_pieces, max_units):
        found_in_batch = predict_batch(model, batch, preparer, recall)
        for item, document in zip(batch, found_in_batch, strict=True):
            found[item.number] = document
        progress(sum(item.number in firsts for item in batch))
    return prepared.united(found, SkippedData() if skipped is None else skipped)


class Prepared:
    """Units cut into parts that the model can read at once, and the tokenised parts.

    Prediction and the scores of training's dev documents share it, so both cut alike.

    Args:
        model: The model.
        units: Sentences or documents, as the model wants them.
        preparer: The model's, in mode ``"predict"`` or ``"given"``.
        entities: The preparer's mode.
        limit: Units beyond it are cut; None: the limit of the model's kind of unit.

    Attributes:
        items: The tokenised parts that have words the encoder sees; ``number`` is the part's
            index among all parts.
    """

    def __init__(
        self,
        model: Model,
        units: Sequence[Document],
        preparer: Preparer,
        entities: Entities = "predict",
        limit: Limit | None = None,
    ) -> None:
        self.units, self._entities = units, entities
        self._kind = model.unit
        self._limit = limit or default_limit(model)
        self._cuts = [cut(unit, preparer.make_pieces.counts, self._limit) for unit in units]
        self._parts = [part for one in self._cuts for part in one.parts]
        items = [preparer.item(i, part) for i, part in enumerate(self._parts) if part.tokens]
        self._pieces = {item.number: item.pieces for item in items}
        if entities == "predict":
            items = [
                item for item in items if item.pieces.silent is None or not item.pieces.silent.all()
            ]
        self.items = items

    def first_parts(self) -> set[int]:
        """The index of each unit's first part."""
        return {*np.cumsum([0, *(len(one.parts) for one in self._cuts)]).tolist()}

    def united(self, found: Mapping[int, Document], skipped: SkippedData) -> list[Document]:
        """The units with what was predicted in their parts.

        Args:
            found: The predicted parts, by their index; other parts have no predictions.
            skipped: Counts units that were read in windows or truncated.
        """
        remaining = (
            found[i] if i in found else replace(part, entities=(), relations=(), clusters=())
            for i, part in enumerate(self._parts)
        )
        united = []
        firsts = np.cumsum([0, *(len(one.parts) for one in self._cuts)]).tolist()
        for unit, one, first in zip(self.units, self._cuts, firsts, strict=False):
            own = [next(remaining) for _ in one.parts]
            unread = self._unread(one, first)
            _count(unit, one, unread, self._limit, self._kind, skipped)
            given, by_label = self._entities == "given", self._kind == "sentence"
            united.append(_flagged(one.united(unit, own, given, by_label), unread))
        return united

    def _unread(self, cut: Cut, first: int) -> dict[str, int]:
        """How many words of a unit the encoder does not see, or only in part.

        Args:
            cut: The unit's parts.
            first: Index of its first part.
        """
        truncated = 0
        shortened: set[int] = set()
        for number, window in enumerate(cut.windows, first):
            pieces = self._pieces.get(number)
            if pieces is not None:
                truncated += pieces.truncated
                shortened.update(window.start + word for word in pieces.shortened)
        return {"truncated": truncated, "shortened": len(shortened)}


def default_limit(model: Model) -> Limit:
    """The longest unit that a model of this kind reads at once."""
    return SENTENCE_LIMIT if model.unit == "sentence" else DOCUMENT_LIMIT


def _count(
    unit: Document,
    cut: Cut,
    unread: Mapping[str, int],
    limit: Limit,
    kind_of_unit: str,
    skipped: SkippedData,
) -> None:
    """Count a unit that was read in windows, and words that the encoder did not see."""
    size = len(unit.tokens)
    if len(cut.windows) > 1:
        skipped.add(
            f"{kind_of_unit}s of more than {limit.words:,} words or {limit.pieces:,} pieces were "
            "cut into overlapping windows (pairs further apart are not found; add full stops or "
            "line breaks to such texts)",
            f"{unit.id!r}, {counted(size, 'words')} in {counted(len(cut.windows), 'windows')}",
        )
    for flag, count in unread.items():
        if count:
            skipped.add(_UNREAD[flag], repr(unit.id), count)


def _flagged(document: Document, unread: Mapping[str, int]) -> Document:
    """A document of which the encoder did not see everything says so."""
    flags = [f"{flag}:{count}" for flag, count in unread.items() if count]
    return replace(document, flags=(*document.flags, *flags)) if flags else document
