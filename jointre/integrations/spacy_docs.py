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
    found_in,
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
    parts = tuple(Span(start, end) for start, end in pairwise([*borders, len(tokens)]))
    document = Document(id, tuple(tokens), sentences=parts if tokens else ())
    return DocWords(document, tuple(offsets))


def check_texts(example: Example, name: str) -> None:
    """Raises a DataError unless gold and prediction are of the same text."""
    gold, found = example.reference.text, example.predicted.text
    if gold != found:
        raise DataError(
            f"example {name}: the texts differ ({gold[:40]!r}… and {found[:40]!r}…), so places in "
            "them cannot be compared"
        )


def annotate(
    doc: Doc, found: Document, offsets: Sequence[Chars], key: str = KEY, set_ents: bool = True
) -> None:
    """Put entities and relations into a Doc.

    ``doc.spans[key]`` gets all mentions, ``doc.ents`` (if asked for) the longest of them that
    overlap neither each other nor an entity that was there before.

    Args:
        doc: Doc, which is changed.
        found: Document over the words of the Doc.
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
        for entity in found.entities
    ]
    relations = [
        RelationRecord(one.label, one.head, one.tail, one.score) for one in found.relations
    ]
    store(doc, key, entities, relations)
    marks = [
        (span, entity.score)
        for entity in entities
        for start, end in entity.mentions
        if (span := doc.char_span(start, end, label=entity.label or "")) is not None
    ]
    spans = [span for span, _ in marks]
    _show(doc, key, spans, [score for _, score in marks])
    if set_ents:
        before = {token.i for entity in doc.ents for token in entity}
        free = [span for span in spans if before.isdisjoint(range(span.start, span.end))]
        doc.set_ents([*doc.ents, *filter_spans(free)])


def _show(doc: Doc, key: str, spans: Sequence[DocSpan], scores: Sequence[float | None]) -> None:
    """A span group with the scores beside it."""
    group = SpanGroup(doc, name=key, spans=list(spans), attrs={"scores": list(scores)})
    doc.spans[key] = group


def to_spacy(document: Document, vocab: Vocab, key: str = KEY) -> Doc:
    """A Document as a Doc, with its entities and relations as gold or as found.

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
    """Annotate a Doc by hand: the gold that training and scoring compare with.

    Args:
        doc: is changed; ``doc.ents`` stays.
        relations: head, label and tail; head and tail are any mention of their entities.
        entities: labelled Spans, or all the Spans that name the same entity; None: the spans of
            ``doc.spans[key]``, else those of ``doc.ents``. Heads and tails that are none of these
            become entities.
        key: the ``spans_key`` of the component.

    Raises:
        DataError: an entity has no label, or no word.
    """
    if entities is None:
        entities = list(doc.spans[key]) if key in doc.spans else list(doc.ents)
    groups = [[one] if isinstance(one, DocSpan) else list(one) for one in entities]
    known = {_named(span): index for index, group in enumerate(groups) for span in group}
    links = []
    for head, label, tail in relations:
        for span in (head, tail):
            if _named(span) not in known:
                known[_named(span)] = len(groups)
                groups.append([span])
        links.append(RelationRecord(label, known[_named(head)], known[_named(tail)], None))
    for group in groups:
        if not group or not group[0].label_ or not all(span.text.strip() for span in group):
            raise DataError(
                f"the entity {[span.text for span in group]} needs words and a label: give Spans "
                "that have them, such as those of doc.ents, or Span(doc, start, end, label=...)"
            )
    records = [EntityRecord(group[0].label_, None, [*map(chars_of, group)]) for group in groups]
    register_extensions()
    store(doc, key, records, links)
    marks = [span for group in groups for span in group]
    _show(doc, key, marks, [None] * len(marks))


def _named(span: DocSpan) -> tuple[int, int, str]:
    return span.start, span.end, span.label_


def from_spacy(
    doc: Doc, key: str = KEY, id: str = "0", skipped: SkippedData | None = None
) -> Document:
    """A Doc as a Document, with the entities and relations of a key.

    Args:
        doc: annotated by a jointre component, by :func:`set_relations` or by :func:`to_spacy`.
        key: the component's ``spans_key``.
        id: names the Document if the Doc has no name.
        skipped: when given, counts what is skipped or decided.
    """
    lost = SkippedData() if skipped is None else skipped
    return document_of(doc, DocbinOptions(key, ents=False), id, f"Doc {id!r}", lost)


def with_findings(reading: DocWords, doc: Doc, key: str, skipped: SkippedData) -> Document:
    """The words of a Doc with the findings of a Doc of the same text.

    Args:
        reading: Words of a Doc, which may be tokenised differently.
        doc: Doc with entities and relations, as :func:`from_spacy` reads them.
        key: Key of these entities and relations.
        skipped: Counts mentions that begin or end inside a word, which are skipped.
    """
    entities, relations = findings(doc, key)
    place = Places(reading.offsets)
    kept: list[Entity] = []
    moved: dict[int, int] = {}
    for index, (label, score, mentions, *_) in enumerate(entities):
        spans = tuple(span for chars in mentions if (span := place(chars)) is not None)
        if len(spans) < len(mentions):
            text = doc.text[slice(*mentions[0])]
            skipped.add(
                "mentions skipped because a border is inside a token",
                repr(text),
                len(mentions) - len(spans),
            )
        if spans:
            moved[index] = len(kept)
            kept.append(Entity(label, spans, score))
    links = [
        Relation(label, moved[head], moved[tail], score)
        for label, head, tail, score, _ in relations
        if head in moved and tail in moved
    ]
    if len(links) < len(relations):
        kind = "relations of entities without a mention skipped"
        skipped.add(kind, repr(doc.text[:40]), len(relations) - len(links))
    document = reading.document
    return Document(
        document.id,
        document.tokens,
        sentences=document.sentences,
        entities=tuple(kept),
        relations=tuple(links),
    )


class Places:
    """Finds the words of some characters.

    Args:
        offsets: Characters of the words.
    """

    def __init__(self, offsets: Sequence[Chars]) -> None:
        self._starts = {start: index for index, (start, _) in enumerate(offsets)}
        self._ends = {end: index + 1 for index, (_, end) in enumerate(offsets)}

    def __call__(self, chars: Chars) -> Span | None:
        """The words, or None where a border is none of theirs."""
        start, end = self._starts.get(chars[0]), self._ends.get(chars[1])
        return None if start is None or end is None or start >= end else Span(start, end)


def findings(doc: Doc, key: str) -> tuple[list[EntityRecord], list[RelationRecord]]:
    """Entities and relations of a Doc in characters, from the best source there is."""
    if not stored(doc, key):
        spans: Iterable[DocSpan] = doc.ents
        if key in doc.spans:
            spans = doc.spans[key]
        return [EntityRecord(span.label_, None, [chars_of(span)]) for span in spans], []
    entities, relations = found_in(doc, key)
    index = {id(entity): number for number, entity in enumerate(entities)}
    records = [
        EntityRecord(one.label, one.score, [chars_of(span) for span in one.mentions])
        for one in entities
    ]
    links = [
        RelationRecord(one.label, index[id(one.head_entity)], index[id(one.tail_entity)], one.score)
        for one in relations
    ]
    return records, links


def chars_of(span: DocSpan) -> Chars:
    """The characters of a Span, without white space at its ends."""
    text = span.text
    left, right = len(text) - len(text.lstrip()), len(text) - len(text.rstrip())
    return span.start_char + left, span.end_char - right
