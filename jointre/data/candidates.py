"""Candidates: the spans and pairs chosen for one unit, collated into a Batch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from jointre.data.batch import Batch
from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError
from jointre.layout import Spans


@dataclass(frozen=True, slots=True)
class Candidates:
    """Spans and pairs of one unit; what is None is left to the model.

    Args:
        spans: ``[start, end)`` in words, one row a span.
        entity_targets: a class for each span.
        kept: rows of ``spans`` that are mentions.
        kept_labels: labels of the kept spans, where they are given.
        pairs: (head, tail) rows of ``kept``.
        relation_targets: multi-hot labels of the pairs.
    """

    spans: NDArray[np.int64]
    entity_targets: NDArray[np.int64] | None = None
    kept: NDArray[np.int64] | None = None
    kept_labels: NDArray[np.int64] | None = None
    pairs: NDArray[np.int64] | None = None
    relation_targets: NDArray[np.float32] | None = None


def given_entities(document: Document, vocabulary: Vocabulary) -> Candidates:
    """The document's own entities; the most probable label is chosen for one without.

    Raises:
        DataError: the vocabulary lacks a label.
    """
    for entity in document.entities:
        if entity.label is not None and entity.label not in vocabulary.entity_labels:
            known = ", ".join(vocabulary.entity_labels)
            raise DataError(
                f"document {document.id!r}: the model has no entity label "
                f"{entity.label!r}; it has {known}, or null lets it choose"
            )
    labels = [
        -1 if e.label is None else vocabulary.entity_index(e.label) for e in document.entities
    ]
    return Candidates(
        spans=np.array([entity.span for entity in document.entities], np.int64).reshape(-1, 2),
        kept=np.arange(len(labels)),
        kept_labels=np.array(labels, np.int64),
    )


def attach(batch: Batch, candidates: Sequence[Candidates]) -> Batch:
    """The batch with the candidates of its units as packed rows.

    Args:
        batch: pieces of the units.
        candidates: one for each unit; all give the same fields.
    """
    sizes = [len(one.spans) for one in candidates]
    unit = np.repeat(np.arange(len(sizes)), sizes)
    spans = torch.from_numpy(np.concatenate([one.spans for one in candidates]))
    kept_sizes = [0 if one.kept is None else len(one.kept) for one in candidates]
    return replace(
        batch,
        spans=Spans(torch.from_numpy(unit), spans[:, 0].contiguous(), spans[:, 1].contiguous()),
        entity_targets=_packed([one.entity_targets for one in candidates]),
        kept=_packed([one.kept for one in candidates], sizes),
        kept_labels=_packed([one.kept_labels for one in candidates]),
        pairs=_packed([one.pairs for one in candidates], kept_sizes),
        relation_targets=_packed([one.relation_targets for one in candidates]),
    )


def _packed(
    arrays: Sequence[NDArray[np.int64] | NDArray[np.float32] | None],
    sizes: Sequence[int] | None = None,
) -> torch.Tensor | None:
    """One tensor of all rows; indices are moved by the sizes before them."""
    given = [array for array in arrays if array is not None]
    if len(given) < len(arrays):
        return None
    if sizes is not None:
        offsets = np.cumsum([0, *sizes[:-1]])
        given = [array + offset for array, offset in zip(given, offsets, strict=True)]
    return torch.from_numpy(np.concatenate(given))
