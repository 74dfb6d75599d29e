"""A Document as a spaCy Doc, and back, without loss."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from jointre.data.char_spans import CharSpan, Offsets, chars_of, fit
from jointre.data.fields import mapping, string, strings
from jointre.data.kept_entities import links_of_kept
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.data.spacy_import import spacy_module
from jointre.data.words import Words
from jointre.errors import DataError
from jointre.formats.common.texts import count_reread, spaced, with_text
from jointre.formats.docbin.record import (
    Chars,
    DocRecord,
    EntityRecord,
    RelationRecord,
    lists,
    put,
    records,
)
from jointre.formats.docbin.rel import rel_relations

KEY = "jointre"
ABOUT = "jointre"
"""The name of a Document's id, flags and extra in ``user_data``; the key has a record's form."""


class DocbinOptions(NamedTuple):
    """Where the entities of a Doc are read from, in addition to jointre's records.

    Args:
        spans_key: Group of ``doc.spans`` and key of the record to read; None: all of them.
        ents: Whether to read ``doc.ents`` as well.
    """

    spans_key: str | None = None
    ents: bool = True


def doc_of(
    document: Document, vocab: Any, key: str = KEY, skipped: SkippedData | None = None
) -> Any:
    """A Document as a Doc.

    ``doc.spans[key]`` has all mentions, ``doc.ents`` the longest that do not overlap, and
    ``doc.user_data`` entities and relations in the form of :mod:`jointre.formats.docbin.record`.
    White space between words becomes separate tokens, as in spaCy.

    Args:
        document: Document to convert.
        vocab: Vocabulary of the pipeline that the Doc is for.
        key: Key of the span group and of the record.
        skipped: Counts what reading the Doc will not give back, unless it is None.

    Raises:
        DataError: A word is empty.
    """
    if "" in document.tokens:
        raise DataError(
            f"document {document.id!r}: word {document.tokens.index('')} is empty, which a Doc's "
            "cannot be; remove it"
        )
    original = document
    document, text, offsets = with_text(document, SkippedData() if skipped is None else skipped)
    words: list[str] = list(document.tokens)
    spaces, word_indices = None, list(range(len(words)))
    if text is document.text:
        words, spaces, word_indices = spaced(text, offsets)
    starts = _sentence_starts(document, word_indices, len(words))
    doc = spacy_module("spacy.tokens").Doc(vocab, words=words, spaces=spaces, sent_starts=starts)
    doc_offsets = [(doc[index].idx, doc[index].idx + len(doc[index])) for index in word_indices]
    put(doc.user_data, key, len(doc.text), _record(document, doc_offsets))
    about = {"id": document.id, "flags": list(document.flags), "extra": dict(document.extra)}
    doc.user_data[_about(doc)] = about
    _show(doc, key, document, word_indices)
    if skipped is not None:
        reread = document_of(doc, DocbinOptions(key), document.id, "", SkippedData())
        count_reread(original, reread, skipped)
    return doc


def _sentence_starts(
    document: Document, word_indices: Sequence[int], size: int
) -> list[bool] | None:
    """Whether each token of a Doc begins a sentence; None if the document lists no sentences."""
    if not document.sentences:
        return None
    # White space before the first word is part of the first sentence.
    begins = {
        word_indices[start] if start else 0 for start, end in document.sentences if end > start
    }
    return [index in begins for index in range(size)]


def _about(doc: Any) -> tuple[str, str, int, int]:
    """The key of a Document's id, flags and extra; it holds only for the whole Doc, not a part."""
    return "._.", ABOUT, 0, len(doc.text)


def _record(document: Document, offsets: Offsets) -> DocRecord:
    """Entities and relations in characters."""
    entities = [
        EntityRecord(
            entity.label,
            entity.score,
            [chars_of(mention, offsets) for mention in entity.mentions],
            entity.mention_scores,
            entity.id,
        )
        for entity in document.entities
    ]
    relations = [
        RelationRecord(link.label, link.head, link.tail, link.score, link.evidence)
        for link in document.relations
    ]
    return DocRecord(entities, relations, document.clusters)


def _show(doc: Any, key: str, document: Document, word_indices: Sequence[int]) -> None:
    """The mentions as a span group, and the longest of them as entities."""
    tokens = spacy_module("spacy.tokens")
    spans, scores = [], []
    for entity in document.entities:
        for start, end in entity.mentions:
            label, name = entity.label or "", entity.id or ""
            first, last = word_indices[start], word_indices[end - 1] + 1
            spans.append(tokens.Span(doc, first, last, label=label, kb_id=name))
            scores.append(entity.score)
    doc.spans[key] = tokens.SpanGroup(doc, name=key, spans=spans, attrs={"scores": scores})
    doc.set_ents(spacy_module("spacy.util").filter_spans([span for span in spans if span.label]))


def document_of(
    doc: Any, options: DocbinOptions, default: str, location: str, skipped: SkippedData
) -> Document:
    """A Doc as a Document.

    Args:
        doc: Doc whose tokens, except white space, are the words; possibly from an untrusted file.
        options: Where to look for entities.
        default: Id of the document if the Doc has none.
        location: Location of the Doc, for messages.
        skipped: Counts what is skipped or decided.

    Raises:
        DataError: A record of jointre in ``user_data`` does not have the right form.
    """
    text, record = doc.text, _doc_record(doc, options, location, skipped)
    char_spans = [
        (index, CharSpan(*chars, f"{location}, entity {index}"))
        for index, entity in enumerate(record.entities)
        for chars in entity.mentions
    ]
    words, spans = fit(
        text, [char_span for _, char_span in char_spans], skipped, location, _words(doc)
    )
    mentions: list[list[Span | None]] = [[] for _ in record.entities]
    for (index, _), span in zip(char_spans, spans, strict=True):
        mentions[index].append(span)
    entities, relations, clusters = _with_mentions(record, mentions, location, skipped)
    about = mapping(lists(doc.user_data.get(_about(doc), {})), location, ABOUT)
    return Document(
        id=string(about.get("id", default), location, f"{ABOUT}.id"),
        tokens=words.tokens,
        text=None if doc.has_unknown_spaces else text,
        offsets=None if doc.has_unknown_spaces else words.offsets,
        sentences=words.sentences if doc.has_annotation("SENT_START") else (),
        entities=entities,
        relations=relations,
        clusters=clusters,
        flags=strings(about.get("flags", []), location, f"{ABOUT}.flags"),
        extra=mapping(about.get("extra", {}), location, f"{ABOUT}.extra"),
    )


def _with_mentions(
    record: DocRecord,
    mentions: Sequence[Sequence[Span | None]],
    location: str,
    skipped: SkippedData,
) -> tuple[tuple[Entity, ...], tuple[Relation, ...], tuple[tuple[int, ...], ...]]:
    """Entities that have a mention, with their relations and clusters."""
    kept_rows = [index for index, spans in enumerate(mentions) if any(spans)]
    relations = [Relation(*link[:4], tuple(link.evidence)) for link in record.relations]
    linked, clusters = links_of_kept(kept_rows, relations, record.clusters, location, skipped)
    return (
        tuple(_entity(record.entities[index], mentions[index]) for index in kept_rows),
        linked,
        clusters,
    )


def _entity(record: EntityRecord, mentions: Sequence[Span | None]) -> Entity:
    scores = record.mention_scores
    numbered_mentions = [
        (number, mention) for number, mention in enumerate(mentions) if mention is not None
    ]
    return Entity(
        record.label,
        tuple(mention for _, mention in numbered_mentions),
        record.score,
        None if scores is None else tuple(scores[number] for number, _ in numbered_mentions),
        record.id,
    )


def _words(doc: Any) -> Words:
    """The tokens that are not white space; a sentence may begin with white space."""
    tokens: list[str] = []
    offsets: list[Chars] = []
    borders = [0]
    begins = False
    for token in doc:
        begins = begins or bool(token.is_sent_start)
        if token.text.strip():
            if begins and tokens:
                borders.append(len(tokens))
            begins = False
            tokens.append(token.text)
            offsets.append((token.idx, token.idx + len(token.text)))
    borders.append(len(tokens))
    sentences = [Span(*pair) for pair in pairwise(borders) if tokens]
    return Words(tuple(tokens), tuple(offsets), tuple(sentences))


def _doc_record(doc: Any, options: DocbinOptions, location: str, skipped: SkippedData) -> DocRecord:
    """The content of jointre's records, then entities that only spans and ``doc.ents`` hold."""
    entities: list[EntityRecord] = []
    relations: list[RelationRecord] = []
    clusters: list[tuple[int, ...]] = []
    mention_counts: Counter[str] = Counter()
    for _, key, record in records(doc.user_data, options.spans_key, location):
        mention_counts[key] += sum(len(entity.mentions) for entity in record.entities)
        offset = len(entities)
        entities += [
            _inside(entity, len(doc.text), location, skipped) for entity in record.entities
        ]
        relations += [
            link._replace(head=link.head + offset, tail=link.tail + offset)
            for link in record.relations
        ]
        clusters += [tuple(member + offset for member in group) for group in record.clusters]
    known = {(entity.label or "", chars) for entity in entities for chars in entity.mentions}
    for group_name, spans in _groups(doc, options, mention_counts, skipped, location):
        group_entities: set[tuple[str, Chars]] = set()
        for span in spans:
            chars = _chars(doc, span)
            if (span.label_, chars) in group_entities:
                skipped.add("entities listed twice kept once", f"{location}, {group_name}")
            elif (span.label_, chars) not in known:
                entities.append(
                    EntityRecord(span.label_ or None, None, [chars], None, span.kb_id_ or None)
                )
            group_entities.add((span.label_, chars))
        known |= group_entities
    relations += rel_relations(doc, entities, location, skipped)
    return DocRecord(entities, relations, clusters)


def _inside(entity: EntityRecord, size: int, location: str, skipped: SkippedData) -> EntityRecord:
    """The entity without mentions outside the Doc, which may be a part of a longer text."""
    inside = [
        number for number, (start, end) in enumerate(entity.mentions) if 0 <= start <= end <= size
    ]
    if len(inside) < len(entity.mentions):
        kind = "mentions outside the Doc skipped"
        skipped.add(kind, location, len(entity.mentions) - len(inside))
    scores = entity.mention_scores
    return entity._replace(
        mentions=[entity.mentions[number] for number in inside],
        mention_scores=None if scores is None else [scores[number] for number in inside],
    )


def _groups(
    doc: Any,
    options: DocbinOptions,
    mention_counts: Mapping[str, int],
    skipped: SkippedData,
    location: str,
) -> Iterator[tuple[str, Sequence[Any]]]:
    """Groups of spans that no record covers; a record's own group may be outdated."""
    for key, group in doc.spans.items():
        if key in mention_counts:
            if len(group) != mention_counts[key]:
                kind = "span groups unlike the record of their key skipped"
                skipped.add(kind, f"{location}, spans[{key!r}]")
        elif options.spans_key in (None, key):
            yield f"spans[{key!r}]", list(group)
        elif len(group):
            skipped.add("spans of other keys skipped", f"{location}, spans[{key!r}]", len(group))
    if options.ents:
        yield "ents", doc.ents
    elif doc.ents:
        skipped.add("ents skipped", location, len(doc.ents))


def _chars(doc: Any, span: Any) -> Chars:
    """The characters of a span's tokens; an empty span has none."""
    if span.start == span.end:
        return 0, 0
    return doc[span.start].idx, doc[span.end - 1].idx + len(doc[span.end - 1])
