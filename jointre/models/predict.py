"""The prediction loop, shared by inference and training."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import torch

from jointre.data.bucketing import budget_batches
from jointre.data.schema import Document
from jointre.models.model import Item, Model, Preparer

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
    """The documents of one batch, with what the model finds."""
    device = next(model.parameters()).device
    with torch.inference_mode():
        batch = preparer(items).to(device)
        output = model(batch)
        documents = model.documents(output, batch, [item.document for item in items])
    return [
        _flagged(document, item.pieces.truncated)
        for document, item in zip(documents, items, strict=True)
    ]


def predict(
    model: Model,
    units: Sequence[Document],
    preparer: Preparer,
    *,
    max_pieces: int = MAX_PIECES,
    max_units: int = MAX_UNITS,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Document]:
    """Predict units in batches of like length; the order of the result is the input's.

    Args:
        model: in evaluation mode.
        units: sentences or documents, as the model wants them; empty ones stay empty.
        preparer: the model's, in mode ``"predict"`` or ``"given"``.
        max_pieces: most padded pieces of a batch.
        max_units: most units of a batch.
        progress: called with the number of units of each finished batch.
    """
    found = list(units)
    items = [preparer.item(i, unit) for i, unit in enumerate(units) if unit.tokens]
    for batch in plan(items, preparer, max_pieces, max_units):
        for item, document in zip(batch, predict_batch(model, batch, preparer), strict=True):
            found[item.number] = document
        progress(len(batch))
    return found


def _flagged(document: Document, truncated: int) -> Document:
    """A document that lost words says so."""
    if not truncated:
        return document
    return replace(document, flags=(*document.flags, f"truncated:{truncated}"))
