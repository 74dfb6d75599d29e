"""A Document as a spaCy Doc, and back, with all that it holds."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from jointre.data.annotation import renumbered
from jointre.data.char_spans import CharSpan, Offsets, chars_of, fit
from jointre.data.fields import mapping, string, strings
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
"""The name in ``user_data`` of a Document's id, flags and extra; its key has a record's form."""


class DocbinOptions(NamedTuple):
    """Where the entities of a Doc are looked for, beside jointre's records.

    Args:
        spans_key: Group of ``doc.spans`` and key of the record to read; None: all.
        ents: Whether to read ``doc.ents`` as well.
    """

    spans_key: str | None = None
    ents: bool = True


def doc_of(
    document: Document, vocab: Any, key: str = KEY, skipped: SkippedData | None = None
) -> Any:
    """A Document as a Doc.

    ``doc.spans[key]`` has all mentions, ``doc.ents`` the longest that do not overlap, and
    ``doc.user_data`` entities and relations as :mod:`jointre.formats.docbin.record` keeps
    them. White space between words is tokens of its own, as spaCy has it.

    Args:
        document: Document to convert.
        vocab: Vocabulary of the pipeline that the Doc is for.
        key: Key of the span group and of the record.
        skipped: Counts what reading the Doc will not give back, unless it is None.

    Raises:
        DataError: a word is empty.
    """
    lost = SkippedData() if skipped is None else skipped
    if "" in document.tokens:
        raise DataError(
            f"document {document.id!r}: word {document.tokens.index('')} is empty, which a Doc's "
            "cannot be; leave it out"
        )
    whole = document
    document, text, offsets = with_text(document, lost)
    known = text is document.text
    words, spaces, places = spaced(text, offsets) if known else (list(document.tokens), None, None)
    firsts = list(range(len(words))) if places is None else places
    starts = None
    if document.sentences:
        # White space before the first word is part of the first sentence.
        begins = {firsts[start] if start else 0 for start, end in document.sentences if end > start}
        starts = [index in begins for index in range(len(words))]
    doc = spacy_module("spacy.tokens").Doc(vocab, words=words, spaces=spaces, sent_starts=starts)
    at = [(doc[index].idx, doc[index].idx + len(doc[index])) for index in firsts]
    put(doc.user_data, key, len(doc.text), _record(document, at))
    about = {"id": document.id, "flags": list(document.flags), "extra": dict(document.extra)}
    doc.user_data[_about(doc)] = about
    _show(doc, key, document, firsts)
    if skipped is not None:
        again = document_of(doc, DocbinOptions(key), document.id, "", SkippedData())
        count_reread(whole, again, skipped)
    return doc


def _about(doc: Any) -> tuple[str, str, int, int]:
    """The key of what is said of the whole Doc; one of a part of it says nothing of the whole."""
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


def _show(doc: Any, key: str, document: Document, places: Sequence[int]) -> None:
    """The mentions as a span group, and the longest of them as entities."""
    tokens = spacy_module("spacy.tokens")
    spans, scores = [], []
    for entity in document.entities:
        for start, end in entity.mentions:
            label, name = entity.label or "", entity.id or ""
            first, last = places[start], places[end - 1] + 1
            spans.append(tokens.Span(doc, first, last, label=label, kb_id=name))
            scores.append(entity.score)
    doc.spans[key] = tokens.SpanGroup(doc, name=key, spans=spans, attrs={"scores": scores})
    doc.set_ents(spacy_module("spacy.util").filter_spans([span for span in spans if span.label]))


def document_of(
    doc: Any, options: DocbinOptions, default: str, place: str, skipped: SkippedData
) -> Document:
    """A Doc as a Document.

    Args:
        doc: Doc whose tokens, except white space, are the words; possibly from an untrusted file.
        options: Where to look for entities.
        default: Id of the document if the Doc has none.
        place: Place of the Doc, for messages.
        skipped: Counts what is skipped or decided.

    Raises:
        DataError: what jointre keeps in ``user_data`` has not the form it gives it.
    """
    text, record = doc.text, _found(doc, options, place, skipped)
    spots = [
        (index, CharSpan(*chars, f"{place}, entity {index}"))
        for index, entity in enumerate(record.entities)
        for chars in entity.mentions
    ]
    words, spans = fit(text, [spot for _, spot in spots], skipped, place, _words(doc))
    mentions: list[list[Span | None]] = [[] for _ in record.entities]
    for (index, _), span in zip(spots, spans, strict=True):
        mentions[index].append(span)
    entities, relations, clusters = _kept(record, mentions, place, skipped)
    about = mapping(lists(doc.user_data.get(_about(doc), {})), place, ABOUT)
    return Document(
        id=string(about.get("id", default), place, f"{ABOUT}.id"),
        tokens=words.tokens,
        text=None if doc.has_unknown_spaces else text,
        offsets=None if doc.has_unknown_spaces else words.offsets,
        sentences=words.sentences if doc.has_annotation("SENT_START") else (),
        entities=entities,
        relations=relations,
        clusters=clusters,
        flags=strings(about.get("flags", []), place, f"{ABOUT}.flags"),
        extra=mapping(about.get("extra", {}), place, f"{ABOUT}.extra"),
    )


def _kept(
    record: DocRecord, mentions: Sequence[Sequence[Span | None]], place: str, skipped: SkippedData
) -> tuple[tuple[Entity, ...], tuple[Relation, ...], tuple[tuple[int, ...], ...]]:
    """Entities that have a mention, and what joins them."""
    kept = [index for index, each in enumerate(mentions) if any(each)]
    relations = [Relation(*link[:4], tuple(link.evidence)) for link in record.relations]
    linked, clusters = renumbered(kept, relations, record.clusters)
    if len(linked) < len(relations):
        kind = "relations of entities without a mention skipped"
        skipped.add(kind, place, len(relations) - len(linked))
    return (
        tuple(_entity(record.entities[index], mentions[index]) for index in kept),
        linked,
        clusters,
    )


def _entity(record: EntityRecord, mentions: Sequence[Span | None]) -> Entity:
    scores = record.mention_scores
    kept = [(number, mention) for number, mention in enumerate(mentions) if mention is not None]
    return Entity(
        record.label,
        tuple(mention for _, mention in kept),
        record.score,
        None if scores is None else tuple(scores[number] for number, _ in kept),
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


def _found(doc: Any, options: DocbinOptions, place: str, skipped: SkippedData) -> DocRecord:
    """What jointre's records hold, then what only spans and entities hold."""
    entities: list[EntityRecord] = []
    relations: list[RelationRecord] = []
    clusters: list[tuple[int, ...]] = []
    sizes: Counter[str] = Counter()
    for _, key, record in records(doc.user_data, options.spans_key, place):
        sizes[key] += sum(len(entity.mentions) for entity in record.entities)
        first = len(entities)
        entities += [_inside(entity, len(doc.text), place, skipped) for entity in record.entities]
        relations += [
            link._replace(head=link.head + first, tail=link.tail + first)
            for link in record.relations
        ]
        clusters += [tuple(member + first for member in group) for group in record.clusters]
    known = {(entity.label or "", chars) for entity in entities for chars in entity.mentions}
    for where, spans in _groups(doc, options, sizes, skipped, place):
        fresh: set[tuple[str, Chars]] = set()
        for span in spans:
            chars = _chars(doc, span)
            if (span.label_, chars) in fresh:
                skipped.add("entities listed twice kept once", f"{place}, {where}")
            elif (span.label_, chars) not in known:
                entities.append(
                    EntityRecord(span.label_ or None, None, [chars], None, span.kb_id_ or None)
                )
            fresh.add((span.label_, chars))
        known |= fresh
    relations += rel_relations(doc, entities, place, skipped)
    return DocRecord(entities, relations, clusters)


def _inside(entity: EntityRecord, size: int, place: str, skipped: SkippedData) -> EntityRecord:
    """Without mentions of another part of the text that the Doc was taken from."""
    keep = [
        number for number, (start, end) in enumerate(entity.mentions) if 0 <= start <= end <= size
    ]
    if len(keep) < len(entity.mentions):
        kind = "mentions outside the Doc skipped"
        skipped.add(kind, place, len(entity.mentions) - len(keep))
    scores = entity.mention_scores
    return entity._replace(
        mentions=[entity.mentions[number] for number in keep],
        mention_scores=None if scores is None else [scores[number] for number in keep],
    )


def _groups(
    doc: Any, options: DocbinOptions, sizes: Mapping[str, int], skipped: SkippedData, place: str
) -> Iterator[tuple[str, Sequence[Any]]]:
    """Spans beside the records; a record's own group may be stale after a retokenisation."""
    for key, group in doc.spans.items():
        if key in sizes:
            if len(group) != sizes[key]:
                kind = "span groups unlike the record of their key skipped"
                skipped.add(kind, f"{place}, spans[{key!r}]")
        elif options.spans_key in (None, key):
            yield f"spans[{key!r}]", list(group)
        elif len(group):
            skipped.add("spans of other keys skipped", f"{place}, spans[{key!r}]", len(group))
    if options.ents:
        yield "ents", doc.ents
    elif doc.ents:
        skipped.add("ents skipped", place, len(doc.ents))


def _chars(doc: Any, span: Any) -> Chars:
    """The characters of a span's tokens; an empty span has none."""
    if span.start == span.end:
        return 0, 0
    return doc[span.start].idx, doc[span.end - 1].idx + len(doc[span.end - 1])
