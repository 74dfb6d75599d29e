"""The prediction loop, shared by inference and training."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import torch

from jointre.data.bucketing import Rows, Shared, budget_batches, row_batches, shared_batches
from jointre.data.context import Place
from jointre.data.mentions import in_reading_order
from jointre.data.pieces import LONG_WORDS
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.windows import DOCUMENT_LIMIT, SENTENCE_LIMIT, Cut, Limit, cut
from jointre.models.model import Item, Model, Preparer, Tokenising
from jointre.plurals import counted

Entities = Literal["predict", "given"]
"""Whether entities are predicted, or those of the documents are taken as given."""

BatchObserver = Callable[[Model, Any, Any, Sequence[Item]], None]
"""Function that reads what a model computes for a batch: model, output, stages and units."""

MAX_PIECES = 2048
MAX_UNITS = 64
_UNREAD = {
    "truncated": "words at the end of long units were not read, because the model truncates",
    "shortened": LONG_WORDS,
}
"""Flags of a document that was not read completely, and how their numbers are reported."""


def plan(
    items: Sequence[Item],
    preparer: Tokenising,
    max_pieces: int = MAX_PIECES,
    max_units: int = MAX_UNITS,
) -> list[list[Item]]:
    """Group tokenised units into batches: those of similar length, or those of one document.

    Units that share what the encoder reads come together, so that it is encoded once. Documents
    whose sentences are read together are not divided.

    Args:
        items: Tokenised units.
        preparer: Preparer of the model, which limits the pairs of pieces in a batch.
        max_pieces: Maximum number of padded pieces in a batch.
        max_units: Maximum number of units in a batch, or of sentences if a unit has several.
    """
    sizes = [len(item.pieces.ids) for item in items]
    if any(item.sentences for item in items):
        batches = row_batches([_rows(item) for item in items], max_pieces, max_units)
    elif all(item.view is None for item in items):
        batches = budget_batches(sizes, max_pieces, max_units, preparer.max_cells)
    else:
        groups = _shared(items)
        batches = shared_batches(groups, sizes, max_pieces, max_units, preparer.max_cells)
    return [[items[i] for i in batch] for batch in batches]


def _rows(item: Item) -> Rows:
    """The size of a document whose sentences are rows of the batch."""
    sizes = [len(row.pieces.ids) for row in item.sentences]
    alone = [len(row.pieces.ids) for row in item.sentences if row.view is None]
    stretches = {id(row.view.stretch): row.view.stretch for row in item.sentences if row.view}
    read = sum(alone) + sum(len(stretch.ids) for stretch in stretches.values())
    return Rows(len(sizes), max(sizes), read)


def _shared(items: Sequence[Item]) -> list[Shared]:
    """The indices of units by what the encoder reads for them."""
    groups: dict[int, list[int]] = {}
    for index, item in enumerate(items):
        groups.setdefault(id(item if item.view is None else item.view.stretch), []).append(index)
    made = []
    for indices in groups.values():
        first = items[indices[0]]
        read = first.pieces.ids if first.view is None else first.view.stretch.ids
        made.append(Shared(indices, len(read)))
    return made


def predict_batch(
    model: Model,
    items: Sequence[Item],
    preparer: Preparer,
    observers: Sequence[BatchObserver] = (),
) -> list[Document]:
    """The documents of one batch with the model's predictions.

    Predicted entities are in reading order; given entities keep their order.

    Args:
        model: The model, in evaluation mode.
        items: Tokenised units of the batch.
        preparer: Preparer of the model, in mode ``"predict"`` or ``"given"``.
        observers: Functions that read the output before it is decoded.
    """
    device = next(model.parameters()).device
    with torch.inference_mode():
        stages = preparer(items).to(device)
        output = model(stages)
        for observe in observers:
            observe(model, output, stages, items)
        documents = model.documents(output, stages, [item.document for item in items])
    if preparer.entities == "predict":
        documents = [in_reading_order(document) for document in documents]
    return documents


def predict(
    model: Model,
    units: Sequence[Document],
    preparer: Preparer,
    *,
    places: Sequence[Place] | None = None,
    entities: Entities = "predict",
    max_pieces: int = MAX_PIECES,
    max_units: int = MAX_UNITS,
    limit: Limit | None = None,
    skipped: SkippedData | None = None,
    observers: Sequence[BatchObserver] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> list[Document]:
    """Predict units in batches; the result is in the order of the input.

    Args:
        model: The model, in evaluation mode.
        units: Sentences or documents, as the model wants them; empty ones stay empty.
        preparer: Preparer of the model, in mode ``"predict"`` or ``"given"``.
        places: Where the units stand in their documents, for a model that reads context; None:
            each is a document of its own.
        entities: The preparer's mode.
        max_pieces: Maximum number of padded pieces in a batch.
        max_units: Maximum number of units in a batch.
        limit: Units beyond it are read in overlapping windows; None: the limit of the model's
            kind of unit.
        skipped: If given, counts units that were read in windows or truncated.
        observers: Functions that read the output of each batch before it is decoded.
        progress: Function that is called with the number of finished units after each batch.
    """
    prepared = Prepared(model, units, preparer, entities, limit, places)
    first_parts = prepared.first_parts()
    predicted: dict[int, Document] = {}
    for batch in plan(prepared.items, preparer, max_pieces, max_units):
        documents = predict_batch(model, batch, preparer, observers)
        for item, document in zip(batch, documents, strict=True):
            predicted[item.number] = document
        progress(sum(item.number in first_parts for item in batch))
    return prepared.united(predicted, SkippedData() if skipped is None else skipped)


class Prepared:
    """Units cut into parts that the model can read at once, and the tokenised parts.

    Prediction and the scores of training's dev documents share it, so both cut alike.

    Args:
        model: The model.
        units: Sentences or documents, as the model wants them.
        preparer: Preparer of the model, in mode ``"predict"`` or ``"given"``.
        entities: The preparer's mode.
        limit: Units beyond it are cut; None: the limit of the model's kind of unit.
        places: Where the units stand in their documents; None: each is a document of its own.

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
        places: Sequence[Place] | None = None,
    ) -> None:
        self.units, self._entities = units, entities
        self._kind: Literal["sentence", "document"] = (
            "sentence" if model.unit == "sentence" else "document"
        )
        self._by_label = model.unit != "document"
        self._limit = limit or default_limit(model)
        self._cuts = [cut(unit, preparer.make_pieces.counts, self._limit) for unit in units]
        self._parts = [part for unit_cut in self._cuts for part in unit_cut.parts]
        parts_places = [
            Place(place.document, place.offset + window.start)
            for place, unit_cut in zip(
                places or [Place(unit, 0) for unit in units], self._cuts, strict=True
            )
            for window in unit_cut.windows
        ]
        items = [
            preparer.item(i, part, place)
            for i, (part, place) in enumerate(zip(self._parts, parts_places, strict=True))
            if part.tokens
        ]
        self._pieces = {item.number: item.pieces for item in items}
        if entities == "predict":
            items = [
                item for item in items if item.pieces.silent is None or not item.pieces.silent.all()
            ]
        self.items = items

    def first_parts(self) -> set[int]:
        """The index of each unit's first part."""
        return {*self._first_parts()}

    def _first_parts(self) -> list[int]:
        """The index of each unit's first part, in order, and the number of all parts."""
        starts: list[int] = np.cumsum([0, *(len(cut.parts) for cut in self._cuts)]).tolist()
        return starts

    def united(self, predicted: Mapping[int, Document], skipped: SkippedData) -> list[Document]:
        """The units with the predictions of their parts.

        Args:
            predicted: The predicted parts by their index; other parts have no predictions.
            skipped: Counts units that were read in windows or truncated.
        """
        parts = [
            predicted[i]
            if i in predicted
            else replace(part, entities=(), relations=(), clusters=())
            for i, part in enumerate(self._parts)
        ]
        given = self._entities == "given"
        united = []
        for unit, unit_cut, (first, end) in zip(
            self.units, self._cuts, pairwise(self._first_parts()), strict=True
        ):
            unread = self._unread(unit_cut, first)
            _count(unit, unit_cut, unread, self._limit, self._kind, skipped)
            document = unit_cut.united(unit, parts[first:end], given, self._by_label)
            united.append(_flagged(document, unread))
        return united

    def _unread(self, cut: Cut, first: int) -> dict[str, int]:
        """Number of words of a unit that the encoder does not see at all, or only in part.

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
    """The document, with flags for the words that the encoder did not see."""
    flags = [f"{flag}:{count}" for flag, count in unread.items() if count]
    return replace(document, flags=(*document.flags, *flags)) if flags else document
