"""Candidates: the spans and pairs chosen for one unit, collated into a Batch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from jointre.data.batch import Batch
from jointre.data.schema import Document
from jointre.data.sentences import sentences_of
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError, abbreviated
from jointre.layout import Spans
from jointre.span_enumerators import SpanEnumerator


@dataclass(frozen=True, slots=True)
class Candidates:
    """Spans and pairs of one unit; what is None is left to the model.

    Args:
        spans: ``[start, end)`` in words, one row a span.
        entity_targets: a class for each span; in documents, a label for each entity.
        kept: rows of ``spans`` that are mentions.
        kept_labels: labels of the kept spans, where they are given.
        pairs: (head, tail) rows of ``kept``, or entities where there are ``members``.
        relation_targets: multi-hot labels of the pairs.
        tokens: the unit's words.
        sentences: the sentence of each word.
        mention_targets: 1 for each span that is a mention, 0 for others, -1 where not asked.
        coreference_pairs: rows of ``kept``.
        coreference_targets: 1 for pairs of mentions of one entity.
        edit_distances: of the pairs' words, in characters.
        members: (row of ``kept``, entity), ordered by entity, none left out.
    """

    spans: NDArray[np.int64]
    entity_targets: NDArray[np.int64] | None = None
    kept: NDArray[np.int64] | None = None
    kept_labels: NDArray[np.int64] | None = None
    pairs: NDArray[np.int64] | None = None
    relation_targets: NDArray[np.float32] | None = None
    tokens: tuple[str, ...] | None = None
    sentences: NDArray[np.int64] | None = None
    mention_targets: NDArray[np.float32] | None = None
    coreference_pairs: NDArray[np.int64] | None = None
    coreference_targets: NDArray[np.float32] | None = None
    edit_distances: NDArray[np.int64] | None = None
    members: NDArray[np.int64] | None = None


def proposed_spans(
    document: Document, silent: NDArray[np.bool_] | None, span_enumerator: SpanEnumerator
) -> NDArray[np.int64]:
    """The spans of a unit that a model classifies when it predicts.

    Args:
        document: The unit.
        silent: Words of which the encoder sees nothing, so that no mention begins or ends with
            them; None if there are none.
        span_enumerator: Proposes the spans.

    Shapes:
        silent ``"n"`` → ``"s 2"``: ``[start, end)`` in words of the unit.

    Raises:
        DataError: The sentences leave a gap, overlap or stop before the end.
    """
    spans = span_enumerator.spans(document.tokens, sentences_of(document))
    if silent is not None:
        spans = spans[~(silent[spans[:, 0]] | silent[spans[:, 1] - 1])]
    return spans


def given_labels(document: Document, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """The label of each of the document's own entities; -1 for one without.

    Raises:
        DataError: the vocabulary lacks a label.
    """
    for entity in document.entities:
        if entity.label is not None and entity.label not in vocabulary.entity_labels:
            known = ", ".join(vocabulary.entity_labels)
            raise DataError(
                f"document {abbreviated(document.id)}: the model has no entity label "
                f"{entity.label!r}; it has {known}, or null lets it choose"
            )
    return np.array(
        [-1 if e.label is None else vocabulary.entity_index(e.label) for e in document.entities],
        np.int64,
    )


def given_entities(document: Document, vocabulary: Vocabulary) -> Candidates:
    """The document's own entities, of one mention each, as the only spans.

    The most probable label is chosen for one without.

    Raises:
        DataError: the vocabulary lacks a label.
    """
    labels = given_labels(document, vocabulary)
    return Candidates(
        spans=np.array([entity.span for entity in document.entities], np.int64).reshape(-1, 2),
        kept=np.arange(len(labels)),
        kept_labels=labels,
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
    kept = [0 if one.kept is None else len(one.kept) for one in candidates]
    entities = [_entities(one) for one in candidates]
    in_documents = any(one.members is not None for one in candidates)
    tokens = tuple(one.tokens for one in candidates if one.tokens is not None)
    return replace(
        batch,
        spans=Spans(torch.from_numpy(unit), spans[:, 0].contiguous(), spans[:, 1].contiguous()),
        entity_targets=_packed([one.entity_targets for one in candidates]),
        kept=_packed([one.kept for one in candidates], sizes),
        kept_labels=_packed([one.kept_labels for one in candidates]),
        pairs=_packed([one.pairs for one in candidates], entities if in_documents else kept),
        relation_targets=_packed([one.relation_targets for one in candidates]),
        tokens=tokens if len(tokens) == len(candidates) else None,
        sentences=_padded([one.sentences for one in candidates], batch.layout.words.shape[1]),
        mention_targets=_packed([one.mention_targets for one in candidates]),
        coreference_pairs=_packed([one.coreference_pairs for one in candidates], kept),
        coreference_targets=_packed([one.coreference_targets for one in candidates]),
        edit_distances=_packed([one.edit_distances for one in candidates]),
        members=_packed(
            [one.members for one in candidates],
            [np.array(both) for both in zip(kept, entities, strict=True)],
        ),
    )


def _entities(one: Candidates) -> int:
    """How many entities the members make; the last one is the last entity's."""
    return 0 if one.members is None or not len(one.members) else int(one.members[-1, 1]) + 1


def _packed(
    arrays: Sequence[NDArray[np.int64] | NDArray[np.float32] | None],
    sizes: Sequence[int | NDArray[np.int64]] | None = None,
) -> torch.Tensor | None:
    """One tensor of all rows; indices are moved by the sizes before them."""
    given = [array for array in arrays if array is not None]
    if len(given) < len(arrays):
        return None
    if sizes is not None:
        before = np.cumsum([np.zeros_like(sizes[0]), *sizes[:-1]], 0)
        given = [array + offset for array, offset in zip(given, before, strict=True)]
    return torch.from_numpy(np.concatenate(given))


def _padded(arrays: Sequence[NDArray[np.int64] | None], words: int) -> torch.Tensor | None:
    """One row a unit; 0 past its last word."""
    rows = np.zeros((len(arrays), words), np.int64)
    for row, array in zip(rows, arrays, strict=True):
        if array is None:
            return None
        row[: len(array)] = array
    return torch.from_numpy(rows)
