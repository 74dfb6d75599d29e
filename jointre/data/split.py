"""Cut documents into the units that a model reads, join predictions, and split off dev data."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

import numpy

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.sentences import sentence_of, sentences_of
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.plurals import counted

UnitKind = Literal["sentence", "sentences", "document"]
"""What a model reads at once: a sentence, all sentences of a document, or the document as a whole.

In the first two, an entity has one mention, which lies inside a sentence.
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """The text that a model reads at once: a sentence of a document, or a whole document.

    Args:
        source: Index of the document that contains the unit.
        offset: Index of its first token in that document.
        document: The unit as a separate Document, with its gold annotations.
    """

    source: int
    offset: int
    document: Document


def split(
    documents: Sequence[Document],
    by: UnitKind,
    skipped: SkippedData | None = None,
) -> list[Unit]:
    """The units of documents, in order; empty sentences and documents are units too.

    In a sentence each entity has one mention: an entity with several becomes several entities. A
    relation is added to each sentence that mentions both of its entities, between their first
    mentions there. Annotations that cross a border remain in the documents, for scoring.

    Args:
        documents: Documents, which are not changed.
        by: ``"document"``: each document is a unit, unchanged; ``"sentence"``: one unit per
            sentence, or a single one if ``sentences`` is empty; ``"sentences"``: each document
            is a unit, with the entities of its sentences in order. Its relations are those of
            the sentences; entities that share no sentence are related once, between their first
            mentions in the two sentences that are closest to each other.
        skipped: If given, counts the annotations that no unit has.

    Raises:
        DataError: The sentences of a document do not follow one another.
    """
    if by == "document":
        return [Unit(source, 0, document) for source, document in enumerate(documents)]
    counts = SkippedData() if skipped is None else skipped
    if by == "sentences":
        return [
            Unit(source, 0, _with_single_mentions(document, counts))
            for source, document in enumerate(documents)
        ]
    return [
        unit
        for source, document in enumerate(documents)
        for unit in _sentences(source, document, counts)
    ]


def _with_single_mentions(document: Document, skipped: SkippedData) -> Document:
    """The document with one mention per entity, sentence by sentence."""
    borders = sentences_of(document)
    entities, first_rows = _by_sentence(document, borders, skipped)
    starts = [0, *accumulate(map(len, entities))]
    relations: list[Relation] = []
    for relation in document.relations:
        heads, tails = first_rows[relation.head], first_rows[relation.tail]
        pairs = _closest(heads, tails)
        if not pairs:
            _skip_relation(document, relation, "relations of mentions across sentences", skipped)
        relations += [
            replace(
                relation,
                head=starts[head] + heads[head],
                tail=starts[tail] + tails[tail],
                evidence=(),
            )
            for head, tail in pairs
        ]
    _skip_clusters(document, skipped)
    return replace(
        document,
        entities=tuple(
            _moved(entity, border.start)
            for border, inside in zip(borders, entities, strict=True)
            for entity in inside
        ),
        relations=tuple(relations),
        clusters=(),
    )


def _closest(heads: Collection[int], tails: Collection[int]) -> list[tuple[int, int]]:
    """The sentences that both entities share, or else those of each that are closest.

    Args:
        heads: Sentences that mention the head.
        tails: Sentences that mention the tail.

    Returns:
        Pairs of a sentence of the head and one of the tail; none if either is nowhere.
    """
    shared = sorted(set(heads) & set(tails))
    if shared:
        return [(sentence, sentence) for sentence in shared]
    pairs = [(abs(head - tail), head, tail) for head in heads for tail in tails]
    return [pair[1:] for pair in sorted(pairs)[:1]]


def _sentences(source: int, document: Document, skipped: SkippedData) -> list[Unit]:
    borders = sentences_of(document)
    one_mention_each = all(len(entity.mentions) == 1 for entity in document.entities)
    if borders == (Span(0, len(document.tokens)),) and one_mention_each:
        return [Unit(source, 0, document)]
    entities, first_rows = _by_sentence(document, borders, skipped)
    relations = _relations(document, first_rows, len(borders), skipped)
    _skip_clusters(document, skipped)
    return [
        Unit(
            source, border.start, _sentence_document(document, number, border, entities, relations)
        )
        for number, border in enumerate(borders)
    ]


def _by_sentence(
    document: Document, borders: Sequence[Span], skipped: SkippedData
) -> tuple[list[list[Entity]], list[dict[int, int]]]:
    """The entities of each sentence, one per mention, counted in words of the sentence.

    Args:
        document: The document.
        borders: Its sentences.
        skipped: Counts mentions that cross a border.

    Returns:
        The entities, and for each entity of the document the row of its first mention in each
        sentence, among the entities of the sentence.
    """
    entities: list[list[Entity]] = [[] for _ in borders]
    first_rows: list[dict[int, int]] = [{} for _ in document.entities]
    for index, entity in enumerate(document.entities):
        for number, mention in enumerate(entity.mentions):
            sentence = sentence_of(mention, borders)
            if sentence is None:
                example = f"document {document.id!r}, tokens [{mention.start}, {mention.end})"
                skipped.add("mentions across sentences skipped", example)
                continue
            first_rows[index].setdefault(sentence, len(entities[sentence]))
            entities[sentence].append(_with_one_mention(entity, number, borders[sentence].start))
    return entities, first_rows


def _skip_clusters(document: Document, skipped: SkippedData) -> None:
    if document.clusters:
        skipped.add("clusters skipped", f"document {document.id!r}", len(document.clusters))


def _skip_relation(document: Document, relation: Relation, kind: str, skipped: SkippedData) -> None:
    example = f"document {document.id!r}, {relation.label} of entities "
    skipped.add(f"{kind} skipped", f"{example}{relation.head} and {relation.tail}")


def _with_one_mention(entity: Entity, number: int, offset: int) -> Entity:
    start, end = entity.mentions[number]
    scores = entity.mention_scores
    return replace(
        entity,
        mentions=(Span(start - offset, end - offset),),
        mention_scores=None if scores is None else (scores[number],),
    )


def _relations(
    document: Document, first_rows: Sequence[dict[int, int]], size: int, skipped: SkippedData
) -> list[list[Relation]]:
    relations: list[list[Relation]] = [[] for _ in range(size)]
    for relation in document.relations:
        heads, tails = first_rows[relation.head], first_rows[relation.tail]
        shared = sorted(heads.keys() & tails.keys())
        if not shared:
            _skip_relation(document, relation, "relations across sentences", skipped)
        for sentence in shared:
            relations[sentence].append(
                replace(relation, head=heads[sentence], tail=tails[sentence], evidence=())
            )
    return relations


def _sentence_document(
    document: Document,
    number: int,
    border: Span,
    entities: Sequence[Sequence[Entity]],
    relations: Sequence[Sequence[Relation]],
) -> Document:
    start, end = border
    text, offsets = None, None
    if document.text is not None and document.offsets is not None:
        offsets = document.offsets[start:end]
        origin, limit = (offsets[0][0], offsets[-1][1]) if offsets else (0, 0)
        text = document.text[origin:limit]
        offsets = tuple((left - origin, right - origin) for left, right in offsets)
    return Document(
        id=document.id if len(document.sentences) <= 1 else f"{document.id}#{number}",
        tokens=document.tokens[start:end],
        text=text,
        offsets=offsets,
        entities=tuple(entities[number]),
        relations=tuple(relations[number]),
        flags=document.flags,
        extra={} if len(document.sentences) > 1 else document.extra,
    )


def join(
    documents: Sequence[Document], units: Sequence[Unit], predictions: Sequence[Document]
) -> list[Document]:
    """The documents with the predictions for their units in place of their gold annotations.

    Args:
        documents: Documents that were split; their tokens, text, offsets, sentences, id and extra
            are kept.
        units: The units that :func:`split` made of the documents.
        predictions: One prediction per unit, in the same order, over the unit's tokens.

    Raises:
        DataError: Predictions and units do not belong together.
    """
    if len(units) != len(predictions):
        raise DataError(
            f"{counted(len(predictions), 'predictions')} for {counted(len(units), 'units')}"
        )
    predictions_by_source: list[list[tuple[int, Document]]] = [[] for _ in documents]
    whole_documents: dict[int, Document] = {}
    for unit, prediction in zip(units, predictions, strict=True):
        if prediction.tokens != unit.document.tokens:
            raise DataError(
                f"the prediction {prediction.id!r} has other tokens than the unit "
                f"{unit.document.id!r} in its place"
            )
        predictions_by_source[unit.source].append((unit.offset, prediction))
        if unit.document is documents[unit.source]:
            whole_documents[unit.source] = prediction  # the unit is the document, and needs no copy
    return [
        whole_documents.get(source) or _joined(document, unit_predictions)
        for source, (document, unit_predictions) in enumerate(
            zip(documents, predictions_by_source, strict=True)
        )
    ]


def _joined(document: Document, unit_predictions: Sequence[tuple[int, Document]]) -> Document:
    entities: list[Entity] = []
    relations: list[Relation] = []
    clusters: list[tuple[int, ...]] = []
    flags = dict.fromkeys(document.flags)
    for offset, prediction in unit_predictions:
        entity_offset = len(entities)
        entities += [_moved(entity, offset) for entity in prediction.entities]
        relations += [_renumbered(relation, entity_offset) for relation in prediction.relations]
        clusters += [
            tuple(member + entity_offset for member in group) for group in prediction.clusters
        ]
        flags |= dict.fromkeys(prediction.flags)
    return replace(
        document,
        entities=tuple(entities),
        relations=tuple(relations),
        clusters=tuple(clusters),
        flags=tuple(flags),
    )


# Most documents have one unit, and a poor model predicts thousands of relations: avoid copies.
def _moved(entity: Entity, offset: int) -> Entity:
    if not offset:
        return entity
    moved = tuple(Span(start + offset, end + offset) for start, end in entity.mentions)
    return replace(entity, mentions=moved)


def _renumbered(relation: Relation, entity_offset: int) -> Relation:
    if not entity_offset:
        return relation
    return replace(relation, head=relation.head + entity_offset, tail=relation.tail + entity_offset)


def carve_dev(
    documents: Sequence[Document], fraction: float, seed: int
) -> tuple[list[Document], list[Document]]:
    """Split documents into training and development documents, both in the given order.

    The documents, sorted by id, are shuffled; the first ``round(fraction * n)`` of them, at least
    one, become dev, so the order in the file does not matter.

    Args:
        documents: Documents, at least two.
        fraction: Share of the documents that become dev, between 0 and 1.
        seed: Random seed of the shuffle.

    Raises:
        DataError: One of the two would be empty.
    """
    if not 0 < fraction < 1:
        raise DataError(f"the dev fraction must lie between 0 and 1, not be {fraction}")
    size = max(1, round(fraction * len(documents)))
    if size >= len(documents):
        raise DataError(
            f"a dev fraction of {fraction} of {counted(len(documents), 'documents')} leaves "
            "none to train on"
        )
    return _parted(documents, set(_shuffled(documents, seed)[:size]))


def draw_fraction(documents: Sequence[Document], fraction: float, seed: int) -> list[Document]:
    """A part of the documents, in the given order; a larger fraction contains a smaller one.

    The documents, sorted by id, are shuffled; the first ``round(fraction * n)`` of them, at least
    one, are drawn, so the order in the file does not matter.

    Args:
        documents: Documents.
        fraction: Share of the documents that is drawn, above 0 and at most 1.
        seed: Random seed of the shuffle.
    """
    size = max(1, round(fraction * len(documents)))
    return _parted(documents, set(_shuffled(documents, seed)[:size]))[1]


def hold_out_fold(
    documents: Sequence[Document], number: int, of: int, seed: int
) -> tuple[list[Document], list[Document]]:
    """The documents of the other folds and those of one fold, both in the given order.

    The documents, sorted by id, are shuffled and dealt out to the folds.

    Args:
        documents: Documents.
        number: Number of the fold, from 1.
        of: Number of folds.
        seed: Random seed of the shuffle.

    Raises:
        DataError: There are fewer documents than folds.
    """
    if len(documents) < of:
        raise DataError(
            f"{counted(len(documents), 'training documents')} cannot be dealt out to {of} folds; "
            "take fewer folds"
        )
    return _parted(documents, set(_shuffled(documents, seed)[number - 1 :: of]))


def _shuffled(documents: Sequence[Document], seed: int) -> list[int]:
    """The indices of the documents, sorted by id and shuffled."""
    order = sorted(range(len(documents)), key=lambda index: documents[index].id)
    return [order[int(rank)] for rank in numpy.random.default_rng(seed).permutation(len(order))]


def _parted(
    documents: Sequence[Document], chosen: set[int]
) -> tuple[list[Document], list[Document]]:
    """The documents that are not chosen, and those that are."""
    parts: tuple[list[Document], list[Document]] = ([], [])
    for index, document in enumerate(documents):
        parts[index in chosen].append(document)
    return parts
