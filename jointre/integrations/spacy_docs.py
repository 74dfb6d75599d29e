"""spaCy's Doc ↔ Document, word by word."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from spacy.tokens import Doc, SpanGroup
from spacy.tokens import Span as DocSpan
from spacy.training import Example
from spacy.util import filter_spans
from spacy.vocab import Vocab

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.docbin.doc import KEY, DocbinOptions, doc_of, document_of
from jointre.formats.docbin.record import Chars, EntityRecord, RelationRecord
from jointre.integrations.spacy_store import (
    annotations_of,
    register_extensions,
    store,
    stored,
)


class DocWords(NamedTuple):
    """The words of a Doc, without white space.

    Args:
        document: Document with tokens and sentences only.
        offsets: Characters of each word in the text of the Doc.
    """

    document: Document
    offsets: tuple[Chars, ...]


def read(doc: Doc, id: str = "0", sentences: Doc | None = None) -> DocWords:
    """The words of a Doc as a model sees them.

    Args:
        doc: Doc whose tokens and sentences are used; without sentences it is one sentence.
        id: Id of the Document.
        sentences: Doc of the same text, whose sentences are used if ``doc`` has none.
    """
    source = doc if sentences is None or doc.has_annotation("SENT_START") else sentences
    starts = [token.idx for token in source if token.is_sent_start]
    tokens: list[str] = []
    offsets: list[Chars] = []
    borders = [0]
    next_start = 0
    for token in doc:
        # A byte-order mark is never part of a text.
        text = token.text if token.idx else token.text.removeprefix("\ufeff")
        mark = len(token.text) - len(text)
        if not text.strip():
            continue
        begins = False
        while next_start < len(starts) and starts[next_start] <= token.idx:
            begins, next_start = True, next_start + 1  # it may begin with white space
        if begins and tokens:
            borders.append(len(tokens))
        tokens.append(text)
        offsets.append((token.idx + mark, token.idx + mark + len(text)))
    spans = tuple(Span(start, end) for start, end in pairwise([*borders, len(tokens)]))
    document = Document(id, tuple(tokens), sentences=spans if tokens else ())
    return DocWords(document, tuple(offsets))


def check_texts(example: Example, name: str) -> None:
    """Raise an error unless gold and prediction have the same text.

    Raises:
        DataError: The texts differ.
    """
    gold, predicted = example.reference.text, example.predicted.text
    if gold != predicted:
        raise DataError(
            f"example {name}: the texts differ ({gold[:40]!r}… and {predicted[:40]!r}…), so places "
            "in them cannot be compared"
        )


def annotate(
    doc: Doc, document: Document, offsets: Sequence[Chars], key: str = KEY, set_ents: bool = True
) -> None:
    """Put entities and relations into a Doc.

    ``doc.spans[key]`` gets all mentions. With ``set_ents``, ``doc.ents`` gets the longest of them
    that overlap neither each other nor an existing entity.

    Args:
        doc: Doc, which is changed.
        document: Document over the words of the Doc.
        offsets: Characters of these words.
        key: Key of the span group, the entities and the relations.
        set_ents: Whether to fill ``doc.ents``.
    """
    entities = [
        EntityRecord(
            entity.label or "",
            entity.score,
            [(offsets[start][0], offsets[end - 1][1]) for start, end in entity.mentions],
        )
        for entity in document.entities
    ]
    relations = [
        RelationRecord(relation.label, relation.head, relation.tail, relation.score)
        for relation in document.relations
    ]
    store(doc, key, entities, relations)
    scored_spans = [
        (span, entity.score)
        for entity in entities
        for start, end in entity.mentions
        if (span := doc.char_span(start, end, label=entity.label or "")) is not None
    ]
    spans = [span for span, _ in scored_spans]
    _set_spans(doc, key, spans, [score for _, score in scored_spans])
    if set_ents:
        occupied = {token.i for entity in doc.ents for token in entity}
        free = [span for span in spans if occupied.isdisjoint(range(span.start, span.end))]
        doc.set_ents([*doc.ents, *filter_spans(free)])


def _set_spans(
    doc: Doc, key: str, spans: Sequence[DocSpan], scores: Sequence[float | None]
) -> None:
    """Set a span group, with the scores in its attributes."""
    group = SpanGroup(doc, name=key, spans=list(spans), attrs={"scores": list(scores)})
    doc.spans[key] = group


def to_spacy(document: Document, vocab: Vocab, key: str = KEY) -> Doc:
    """A Document as a Doc, with its entities and relations.

    Args:
        document: Document to convert. Its text, if known, becomes the text of the Doc, including
            white space; otherwise the Doc's spaces are unknown.
        vocab: Vocabulary of the pipeline.
        key: The ``spans_key`` of the component that will learn from the Doc.
    """
    register_extensions()
    doc: Doc = doc_of(document, vocab, key)
    return doc


def set_relations(
    doc: Doc,
    relations: Iterable[tuple[DocSpan, str, DocSpan]],
    entities: Iterable[DocSpan | Sequence[DocSpan]] | None = None,
    key: str = KEY,
) -> None:
    """Annotate a Doc by hand, as gold for training and scoring.

    Args:
        doc: Doc to change; ``doc.ents`` is not changed.
        relations: Head, label and tail; head and tail are any mentions of their entities.
        entities: Entities: a labelled Span each, or a list of all Spans that name the entity; None:
            the spans of ``doc.spans[key]``, or those of ``doc.ents`` if there is no such group.
            Heads and tails that are not among them become entities.
        key: The ``spans_key`` of the component.

    Raises:
        DataError: An entity has no label, or no word.
    """
    if entities is None:
        entities = list(doc.spans[key]) if key in doc.spans else list(doc.ents)
    groups = [[entity] if isinstance(entity, DocSpan) else list(entity) for entity in entities]
    index = {_identity(span): number for number, group in enumerate(groups) for span in group}
    links = []
    for head, label, tail in relations:
        for span in (head, tail):
            if _identity(span) not in index:
                index[_identity(span)] = len(groups)
                groups.append([span])
        links.append(RelationRecord(label, index[_identity(head)], index[_identity(tail)], None))
    for group in groups:
        _check_entity(group)
    records = [EntityRecord(group[0].label_, None, [*map(chars_of, group)]) for group in groups]
    register_extensions()
    store(doc, key, records, links)
    spans = [span for group in groups for span in group]
    _set_spans(doc, key, spans, [None] * len(spans))


def _check_entity(mentions: Sequence[DocSpan]) -> None:
    """Refuse an entity without a label or without words."""
    if not mentions or not mentions[0].label_ or not all(span.text.strip() for span in mentions):
        raise DataError(
            f"the entity {[span.text for span in mentions]} needs words and a label: give Spans "
            "that have them, such as those of doc.ents, or Span(doc, start, end, label=...)"
        )


def _identity(span: DocSpan) -> tuple[int, int, str]:
    return span.start, span.end, span.label_


def from_spacy(
    doc: Doc, key: str = KEY, id: str = "0", skipped: SkippedData | None = None
) -> Document:
    """A Doc as a Document, with the entities and relations of a key.

    Args:
        doc: Doc from a jointre component, :func:`set_relations` or :func:`to_spacy`.
        key: The ``spans_key`` of the component.
        id: Id of the Document if the Doc has no name.
        skipped: Counts data that are skipped or changed; None: they are not counted.
    """
    skipped = SkippedData() if skipped is None else skipped
    return document_of(doc, DocbinOptions(key, ents=False), id, f"Doc {id!r}", skipped)


def with_findings(reading: DocWords, doc: Doc, key: str, skipped: SkippedData) -> Document:
    """The words of a Doc with the entities and relations of a Doc of the same text.

    Args:
        reading: Words of a Doc, which may be tokenised differently.
        doc: Doc with entities and relations, as :func:`from_spacy` reads them.
        key: Key of these entities and relations.
        skipped: Counts mentions that begin or end inside a word, which are skipped.
    """
    records, links = findings(doc, key)
    words_of = WordSpans(reading.offsets)
    entities: list[Entity] = []
    new_index: dict[int, int] = {}
    for index, (label, score, mentions, *_) in enumerate(records):
        spans = tuple(span for chars in mentions if (span := words_of(chars)) is not None)
        if len(spans) < len(mentions):
            kind = "mentions skipped because a border is inside a token"
            text = doc.text[slice(*mentions[0])]
            skipped.add(kind, repr(text), len(mentions) - len(spans))
        if spans:
            new_index[index] = len(entities)
            entities.append(Entity(label, spans, score))
    relations = [
        Relation(label, new_index[head], new_index[tail], score)
        for label, head, tail, score, _ in links
        if head in new_index and tail in new_index
    ]
    if len(relations) < len(links):
        kind = "relations of entities without a mention skipped"
        skipped.add(kind, repr(doc.text[:40]), len(links) - len(relations))
    document = reading.document
    return Document(
        document.id,
        document.tokens,
        sentences=document.sentences,
        entities=tuple(entities),
        relations=tuple(relations),
    )


class WordSpans:
    """The words that given characters cover.

    Args:
        offsets: Characters of the words.
    """

    def __init__(self, offsets: Sequence[Chars]) -> None:
        self._starts = {start: index for index, (start, _) in enumerate(offsets)}
        self._ends = {end: index + 1 for index, (_, end) in enumerate(offsets)}

    def __call__(self, chars: Chars) -> Span | None:
        """The words; None if the characters do not begin and end with a word."""
        start, end = self._starts.get(chars[0]), self._ends.get(chars[1])
        return None if start is None or end is None or start >= end else Span(start, end)


def findings(doc: Doc, key: str) -> tuple[list[EntityRecord], list[RelationRecord]]:
    """Entities and relations of a Doc in characters.

    They come from the record of the key; without one, the entities are ``doc.spans[key]``, or
    ``doc.ents`` if there is no such group.
    """
    if not stored(doc, key):
        spans: Iterable[DocSpan] = doc.ents
        if key in doc.spans:
            spans = doc.spans[key]
        return [EntityRecord(span.label_, None, [chars_of(span)]) for span in spans], []
    entities, relations = annotations_of(doc, key)
    index = {id(entity): number for number, entity in enumerate(entities)}
    records = [
        EntityRecord(entity.label, entity.score, [chars_of(span) for span in entity.mentions])
        for entity in entities
    ]
    links = [
        RelationRecord(
            relation.label,
            index[id(relation.head_entity)],
            index[id(relation.tail_entity)],
            relation.score,
        )
        for relation in relations
    ]
    return records, links


def chars_of(span: DocSpan) -> Chars:
    """The characters of a Span, without white space at its ends."""
    text = span.text
    before, after = len(text) - len(text.lstrip()), len(text) - len(text.rstrip())
    return span.start_char + before, span.end_char - after
