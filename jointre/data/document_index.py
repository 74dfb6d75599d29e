"""DocumentIndex: the gold and the possible negatives of a document, as integer arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jointre.data.edit_distance import edit_distances
from jointre.data.names import MentionNames
from jointre.data.schema import Document
from jointre.data.sentences import sentences_of
from jointre.data.symmetric import left_to_right
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError, abbreviated
from jointre.span_enumerators import SpanEnumerator

Rows = NDArray[np.int32]  # half the memory of the 64-bit integers in batches


@dataclass(frozen=True, slots=True, eq=False)
class DocumentIndex:
    """The gold of a document and the pools of its negatives; sampling does not change them.

    A mention that an entity names twice counts once. A span that two entities share is a
    mention of each, and both point to its first row.

    Args:
        mentions: ``[start, end)`` of every entity's mentions, entity after entity.
        mention_rows: First row in ``mentions`` of each distinct span.
        mention_entity: (row of ``mention_rows``, entity) of every mention.
        labels: Label of each entity.
        inside: Candidate spans within a gold span that are not gold spans themselves.
        outside: All other candidate spans, including those that cross or contain a gold span.
        coreferent: Pairs of rows of ``mention_rows``: two mentions of one entity.
        distinct: Pairs of rows of ``mention_rows``: two mentions of different entities.
        distances: Edit distances between the words of ``mention_rows``, in characters.
        name_relations: How the names of ``mention_rows`` are related, as
            :class:`~jointre.data.names.NameRelation` numbers it; the names of the training data are
            those of the other documents.
        related: (head, tail) entities with a relation.
        relations: Multi-hot labels of ``related``.
        unrelated: (head, tail) entities without a relation in that direction.

    Shapes:
        mentions ``"l 2"``, mention_rows ``"m"``, mention_entity ``"l 2"``, labels
        ``"e"``, inside and outside ``"_ 2"``, coreferent and distinct ``"_ 2"``, distances
        and name_relations ``"m m"``, related ``"q 2"``, relations ``"q r"``, unrelated ``"_ 2"``.
    """

    mentions: Rows
    mention_rows: Rows
    mention_entity: Rows
    labels: Rows
    inside: Rows
    outside: Rows
    coreferent: Rows
    distinct: Rows
    distances: Rows
    name_relations: Rows
    related: Rows
    relations: NDArray[np.float32]
    unrelated: Rows

    @classmethod
    def of(
        cls, document: Document, vocabulary: Vocabulary, span_enumerator: SpanEnumerator
    ) -> "DocumentIndex":
        """The index of a document.

        Args:
            document: Document with its gold; ``extra["hypernym_pairs"]`` lists (head, tail) ids
                of entities that are not used as negatives, as :class:`PubtatorReader` gives them.
            vocabulary: The labels.
            span_enumerator: Proposes the spans that negatives are drawn from.

        Raises:
            DataError: An entity has no label, or the vocabulary lacks a label.
        """
        mentions = [
            (number, span)
            for number, entity in enumerate(document.entities)
            for span in dict.fromkeys(entity.mentions)
        ]
        first_rows: dict[tuple[int, int], int] = {}
        rows = [first_rows.setdefault(span, len(first_rows)) for _, span in mentions]
        spans = _rows([span for _, span in mentions])
        mention_entity = _rows(zip(rows, (number for number, _ in mentions), strict=True))
        mention_rows = np.unique(mention_entity[:, 0], return_index=True)[1].astype(np.int32)
        inside, outside = _negative_spans(document, spans, span_enumerator)
        coreferent, distinct = _mention_pairs(mention_entity)
        related, relations, unrelated = _entity_pairs(document, vocabulary)
        names = MentionNames.of(document.tokens, spans[mention_rows])
        return cls(
            mentions=spans,
            mention_rows=mention_rows,
            mention_entity=mention_entity,
            labels=np.array(_labels(document, vocabulary), np.int32),
            inside=inside,
            outside=outside,
            coreferent=coreferent,
            distinct=distinct,
            distances=_distances(names.texts),
            name_relations=_name_relations(names, document, vocabulary),
            related=related,
            relations=relations,
            unrelated=unrelated,
        )


def _rows(pairs: Iterable[tuple[int, int]]) -> Rows:
    return np.array(list(pairs), np.int32).reshape(-1, 2)


def _labels(document: Document, vocabulary: Vocabulary) -> list[int]:
    labels = [entity.label for entity in document.entities]
    if None in labels:
        location = f"document {abbreviated(document.id)}"
        raise DataError(f"{location}: an entity without a label cannot be learnt")
    return [vocabulary.entity_index(label) for label in labels if label is not None]


def _negative_spans(
    document: Document, gold: Rows, span_enumerator: SpanEnumerator
) -> tuple[Rows, Rows]:
    """Candidates that are not gold spans: those inside a gold span, and the others."""
    spans = span_enumerator.spans(document.tokens, sentences_of(document))
    size = len(document.tokens) + 1
    is_gold = np.isin(spans @ (size, 1), gold @ (size, 1))
    start, end = spans[~is_gold].T
    # A span lies in a gold span if one of those that begin at or before its start ends at or after
    # its end.
    farthest = np.zeros(size, np.int64)
    np.maximum.at(farthest, gold[:, 0], gold[:, 1])
    within = np.maximum.accumulate(farthest)[start] >= end
    free = spans[~is_gold].astype(np.int32)
    return free[within], free[~within]


def _mention_pairs(mention_entity: Rows) -> tuple[Rows, Rows]:
    """Ordered pairs of mentions of one entity, and of different ones; never a row with itself."""
    row, entity = mention_entity.T
    same_entity = entity[:, None] == entity[None, :]
    is_other_row = row[:, None] != row[None, :]
    return row[np.argwhere(same_entity & is_other_row)], row[
        np.argwhere(~same_entity & is_other_row)
    ]


def _distances(texts: Sequence[str]) -> Rows:
    """Edit distances between all texts."""
    size = len(texts)
    all_pairs = np.indices((size, size)).reshape(2, -1).T
    return edit_distances(texts, all_pairs).reshape(size, size).astype(np.int32)


def _name_relations(names: MentionNames, document: Document, vocabulary: Vocabulary) -> Rows:
    """How the names of all pairs of mentions are related."""
    dictionary = vocabulary.names
    known = None if dictionary is None else dictionary.without(document)
    return names.relations(known)[np.ix_(names.number, names.number)].astype(np.int32)


def _entity_pairs(
    document: Document, vocabulary: Vocabulary
) -> tuple[Rows, NDArray[np.float32], Rows]:
    """Ordered pairs of different entities: related, their labels, unrelated."""
    labels, ids = len(vocabulary.relation_labels), [entity.id for entity in document.entities]
    targets: dict[tuple[int, int], NDArray[np.float32]] = {}
    for relation in left_to_right(document, vocabulary.symmetric).relations:
        if relation.head != relation.tail:
            pair = relation.head, relation.tail
            target = targets.setdefault(pair, np.zeros(labels, np.float32))
            target[vocabulary.relation_index(relation.label)] = 1
    related = _rows(targets)
    free = ~np.eye(len(ids), dtype=bool)
    free[related[:, 0], related[:, 1]] = False
    hypernyms = {tuple(pair) for pair in document.extra.get("hypernym_pairs", ())}
    for head, tail in np.argwhere(free) if hypernyms else ():
        free[head, tail] = (ids[head], ids[tail]) not in hypernyms
    relations = np.array(list(targets.values()), np.float32).reshape(len(targets), labels)
    return related, relations, np.argwhere(free).astype(np.int32)
