"""The prediction loop, shared by inference and training."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import torch

from jointre.data.bucketing import budget_batches
from jointre.data.losses import Losses
from jointre.data.mentions import in_reading_order
from jointre.data.schema import Document
from jointre.data.windows import DOCUMENT_LIMIT, SENTENCE_LIMIT, Cut, Limit, cut
from jointre.models.model import Item, Model, Preparer
from jointre.plurals import counted

Entities = Literal["predict", "given"]
"""Find the entities, or relate those that the documents have."""

MAX_PIECES = 2048
MAX_UNITS = 64


def plan(
    items: Sequence[Item],
    preparer: Preparer,
    max_pieces: int = MAX_PIECES,
    max_units: int = MAX_UNITS,
) -> list[list[Item]]:
    """Group tokenised units of like length into batches.

    Args:
        items: tokenised units.
        preparer: of the model; it knows what grows with the square of a unit's length.
        max_pieces: most padded pieces of a batch.
        max_units: most units of a batch.
    """
    sizes = [len(item.pieces.ids) for item in items]
    batches = budget_batches(sizes, max_pieces, max_units, preparer.max_cells)
    return [[items[i] for i in batch] for batch in batches]


def predict_batch(model: Model, items: Sequence[Item], preparer: Preparer) -> list[Document]:
    """The documents of one batch with the model's predictions.

    Entities that the model found are in reading order; given ones keep their order.
    """
    device = next(model.parameters()).device
    with torch.inference_mode():
        batch = preparer(items).to(device)
        output = model(batch)
        documents = model.documents(output, batch, [item.document for item in items])
    if batch.kept is None:
        documents = [in_reading_order(document) for document in documents]
    return [
        _flagged(document, item.pieces.truncated)
        for document, item in zip(documents, items, strict=True)
    ]


def predict(
    model: Model,
    units: Sequence[Document],
    preparer: Preparer,
    *,
    entities: Entities = "predict",
    max_pieces: int = MAX_PIECES,
    max_units: int = MAX_UNITS,
    limit: Limit | None = None,
    losses: Losses | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Document]:
    """Predict units in batches of like length; the order of the result is the input's.

    Args:
        model: in evaluation mode.
        units: sentences or documents, as the model wants them; empty ones stay empty.
        preparer: the model's, in mode ``"predict"`` or ``"given"``.
        entities: The preparer's mode.
        max_pieces: most padded pieces of a batch.
        max_units: most units of a batch.
        limit: Units beyond it are read in overlapping windows; None: the limit of the model's
            kind of unit.
        losses: If given, counts units that were read in windows or truncated.
        progress: called with the number of units of each finished batch.
    """
    limit = limit or default_limit(model)
    lost = Losses() if losses is None else losses
    cuts = [cut(unit, preparer.make_pieces.counts, limit) for unit in units]
    parts = [part for one in cuts for part in one.parts]
    items = [preparer.item(i, part) for i, part in enumerate(parts) if part.tokens]
    if entities == "predict":
        items = [
            item for item in items if item.pieces.silent is None or not item.pieces.silent.all()
        ]
    found = [replace(part, entities=(), relations=(), clusters=()) for part in parts]
    firsts = {*np.cumsum([0, *(len(one.parts) for one in cuts)]).tolist()}
    for batch in plan(items, preparer, max_pieces, max_units):
        for item, document in zip(batch, predict_batch(model, batch, preparer), strict=True):
            found[item.number] = document
        progress(sum(item.number in firsts for item in batch))
    remaining = iter(found)
    predictions = [[next(remaining) for _ in one.parts] for one in cuts]
    for unit, one, own in zip(units, cuts, predictions, strict=True):
        _count(unit, one, own, limit, model, lost)
    return [
        one.united(unit, own, entities == "given", by_label=model.unit == "sentence")
        for unit, one, own in zip(units, cuts, predictions, strict=True)
    ]


def default_limit(model: Model) -> Limit:
    """The longest unit that a model of this kind reads at once."""
    return SENTENCE_LIMIT if model.unit == "sentence" else DOCUMENT_LIMIT


def _count(
    unit: Document,
    cut: Cut,
    predictions: Sequence[Document],
    limit: Limit,
    model: Model,
    losses: Losses,
) -> None:
    """Count a unit that was read in windows, and words that the encoder did not see."""
    size = len(unit.tokens)
    if len(cut.windows) > 1:
        losses.add(
            f"{model.unit}s of more than {limit.words:,} words or {limit.pieces:,} pieces were cut "
            "into overlapping windows",
            f"{unit.id!r}, {counted(size, 'words')} in {counted(len(cut.windows), 'windows')}",
        )
    for document in predictions:
        for flag in document.flags:
            kind, _, count = flag.partition(":")
            if kind == "truncated" and count.isdigit():
                losses.add(
                    "words at the end of long units were not read, because the model truncates",
                    repr(unit.id),
                    int(count),
                )


def _flagged(document: Document, truncated: int) -> Document:
    """A document that lost words says so."""
    if not truncated:
        return document
    return replace(document, flags=(*document.flags, f"truncated:{truncated}"))
