"""Spans and pairs of single units, and packing those of a batch into tensors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

from jointre.data.schema import Document
from jointre.data.sentences import sentences_of
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError, abbreviated
from jointre.positions import Spans
from jointre.span_enumerators import SpanEnumerator

Integers = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SentenceCandidates:
    """The spans and pairs of a sentence that a model is trained on.

    Args:
        spans: ``[start, end)`` in words, one row per span.
        entity_targets: Class of each span: 0 if it is not a mention, else the label's index + 1.
        mention_rows: Rows of the spans that are mentions.
        pairs: (head, tail) rows of ``mention_rows``.
        relation_targets: Multi-hot labels of the pairs.

    Shapes:
        spans ``"s 2"``, entity_targets ``"s"``, mention_rows ``"m"``, pairs ``"q 2"``,
        relation_targets ``"q r"``.
    """

    spans: Integers
    entity_targets: Integers
    mention_rows: Integers
    pairs: Integers
    relation_targets: Floats


@dataclass(frozen=True, slots=True)
class DocumentCandidates:
    """The spans, mention pairs and entity pairs of a document that a model is trained on.

    Args:
        spans: ``[start, end)`` in words, one row per span.
        mention_targets: 1 for each span that is a mention, 0 for others, -1 for spans
            that the loss ignores.
        mention_rows: Rows of the spans that are mentions, or that an entity has by mistake.
        mention_entity: (row of ``mention_rows``, entity), ordered by entity; every entity has one.
        entity_targets: Label of each entity.
        coreference_pairs: Pairs of rows of ``mention_rows``.
        coreference_targets: 1 for pairs of mentions of one entity.
        edit_distances: Distances between the words of these pairs, in characters.
        name_relations: How the names of these pairs are related
            (:class:`~jointre.data.names.NameRelation`).
        pairs: (head, tail) entities.
        relation_targets: Multi-hot labels of the pairs.

    Shapes:
        spans ``"s 2"``, mention_targets ``"s"``, mention_rows ``"m"``, mention_entity ``"l 2"``,
        entity_targets ``"e"``, coreference_pairs ``"z 2"``, coreference_targets,
        edit_distances and name_relations ``"z"``, pairs ``"q 2"``, relation_targets ``"q r"``.
    """

    spans: Integers
    mention_targets: Floats
    mention_rows: Integers
    mention_entity: Integers
    entity_targets: Integers
    coreference_pairs: Integers
    coreference_targets: Floats
    edit_distances: Integers
    name_relations: Integers
    pairs: Integers
    relation_targets: Floats


def proposed_spans(
    document: Document, silent: NDArray[np.bool_] | None, span_enumerator: SpanEnumerator
) -> Integers:
    """The spans of a unit that a model classifies when it predicts.

    Args:
        document: The unit.
        silent: Words for which the encoder has no piece, so that no mention begins or ends with
            them; None if every word has a piece.
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


def given_labels(document: Document, vocabulary: Vocabulary) -> Integers:
    """The label of each entity of the document; -1 for an entity without a label.

    Raises:
        DataError: The vocabulary lacks a label.
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


def given_spans(document: Document) -> Integers:
    """The spans of the entities of the document, which have one mention each, in their order."""
    return np.array([entity.span for entity in document.entities], np.int64).reshape(-1, 2)


def pack_spans(units: Sequence[Integers]) -> Spans:
    """The spans of all units as packed rows, ordered by unit.

    Args:
        units: ``[start, end)`` rows of each unit.
    """
    number = np.repeat(np.arange(len(units)), [len(rows) for rows in units])
    spans = torch.from_numpy(np.concatenate(units))
    return Spans(torch.from_numpy(number), spans[:, 0].contiguous(), spans[:, 1].contiguous())


def pack_rows(
    units: Sequence[Integers], sizes: Sequence[int] | Sequence[Integers] | None = None
) -> Int[Tensor, "n ..."]:
    """The integers of all units as packed rows.

    Args:
        units: One array per unit.
        sizes: If the integers are row numbers, the number of rows of each unit, or one number per
            column; the integers of each unit are increased by the sizes of the units before it.
    """
    rows = list(units)
    if sizes is not None:
        offsets = np.cumsum([np.zeros_like(sizes[0]), *sizes[:-1]], 0)
        rows = [unit + offset for unit, offset in zip(units, offsets, strict=True)]
    return torch.from_numpy(np.concatenate(rows))


def pack_targets(units: Sequence[Floats]) -> Float[Tensor, "n ..."]:
    """The targets of all units as packed rows."""
    return torch.from_numpy(np.concatenate(units))


def pad_words(units: Sequence[Integers], words: int) -> Int[Tensor, "b n"]:
    """A tensor with one row per unit and one column per word; 0 after a unit's last word.

    Args:
        units: One number per word of each unit.
        words: Number of columns.
    """
    rows = np.zeros((len(units), words), np.int64)
    for row, numbers in zip(rows, units, strict=True):
        row[: len(numbers)] = numbers
    return torch.from_numpy(rows)
