"""Documents made fit for writing: what no file of a kind could hold is skipped and counted."""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, chain, count
from typing import Any

from jointre.data.fields import LONGEST_INTEGER
from jointre.data.mentions import keep_mentions
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData

DEEPEST = 100
"""How deep lists and objects of ``extra`` may be nested; JSON's readers stop at about 1,000."""

_HALF = re.compile("[\ud800-\udfff]")
_LONGEST_INTEGER = 10**4000  # Python reads no longer ones from JSON


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind of file can hold.

    Args:
        utf8: Strings stand in UTF-8 as they are, without JSON's escapes, or become texts that are
            cut into words: half a surrogate pair has no place there.
        empty_words: A word may be empty.
        longest_integer: Integers of ``extra`` and of evidence are closer to 0.
        id: Makes of an id one that the format can hold.
    """

    utf8: bool = False
    empty_words: bool = True
    longest_integer: int = _LONGEST_INTEGER
    id: Callable[[str], str] = str


JSON = Form()
TEXT = Form(utf8=True, empty_words=False)


def writable(
    documents: Iterable[Document], skipped: SkippedData, form: Form = JSON
) -> Iterator[Document]:
    """Documents of which each can be written and read again.

    Ids are made distinct, scores that are not finite and values of ``extra`` that JSON cannot hold
    are skipped, and what ``form`` excludes is skipped or replaced.

    Args:
        documents: About to be written.
        skipped: Counts every change.
        form: What the format can hold.
    """
    taken: set[str] = set()
    for document in documents:
        changed = _finite(document, skipped)
        changed = with_storable_extra(changed, skipped, form)
        if not form.empty_words:
            changed = without_empty_words(changed, skipped)
        if form.utf8:
            changed = _whole_characters(changed, skipped)
        id = _distinct(form.id(changed.id), taken)
        taken.add(id)
        if id != document.id:
            skipped.add("ids of documents changed", f"document {document.id!r}, now {id!r}")
        yield changed if id == changed.id else replace(changed, id=id)


def _distinct(id: str, taken: set[str]) -> str:
    """The id, with a number if it is taken."""
    names = chain([id], (f"{id}-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def _finite(document: Document, skipped: SkippedData) -> Document:
    """The document without scores that are NaN or infinite, which JSON cannot hold."""
    entities, relations, gone = [], [], 0
    for entity in document.entities:
        single = _lost(entity.score)
        several = any(map(_lost, entity.mention_scores or ()))
        gone += single + several
        if single or several:
            scores = None if several else entity.mention_scores
            entity = replace(entity, score=None if single else entity.score, mention_scores=scores)
        entities.append(entity)
    for relation in document.relations:
        gone += _lost(relation.score)
        relations.append(replace(relation, score=None) if _lost(relation.score) else relation)
    if not gone:
        return document
    skipped.add("scores that are not finite skipped", f"document {document.id!r}", gone)
    return replace(document, entities=tuple(entities), relations=tuple(relations))


def _lost(score: float | None) -> bool:
    return score is not None and not math.isfinite(score)


def with_storable_extra(document: Document, skipped: SkippedData, form: Form = JSON) -> Document:
    """The document whose ``extra`` and evidence a file can hold.

    Args:
        document: Just read, or about to be written.
        skipped: Counts the documents in which a value was replaced by null or skipped.
        form: What the format can hold.
    """
    place = f"document {document.id!r}"
    lost: list[str] = []
    extra = storable(dict(document.extra), form, lost)
    if lost:
        skipped.add("values of extra skipped, which files cannot hold", f"{place}: {lost[0]}")
        document = replace(document, extra=extra if isinstance(extra, dict) else {})
    far = [
        number
        for number, relation in enumerate(document.relations)
        if any(
            abs(index) >= min(form.longest_integer, LONGEST_INTEGER) for index in relation.evidence
        )
    ]
    if far:
        skipped.add("lists of evidence skipped, which files cannot hold", place, len(far))
        relations = [
            replace(relation, evidence=()) if number in far else relation
            for number, relation in enumerate(document.relations)
        ]
        document = replace(document, relations=tuple(relations))
    return document


def storable(value: Any, form: Form, lost: list[str], depth: int = 0) -> Any:
    """A value of ``extra`` as JSON can hold it.

    Args:
        value: Any value.
        form: What the format can hold.
        lost: Filled with a description of each value that is replaced by null or skipped.
        depth: How deep the value is nested.
    """
    if isinstance(value, dict | list | tuple):
        if depth >= DEEPEST:
            lost.append(f"a value nested more than {DEEPEST} deep")
            return None
        if not isinstance(value, dict):
            return [storable(item, form, lost, depth + 1) for item in value]
        kept = {}
        for key, item in value.items():
            if not isinstance(key, str):
                lost.append(f"the key {key!r:.60}")
                continue
            kept[storable(key, form, lost)] = storable(item, form, lost, depth + 1)
        return kept
    known = value is None or isinstance(value, str | bool)
    known = known or (isinstance(value, int) and abs(value) < form.longest_integer)
    known = known or (isinstance(value, float) and math.isfinite(value))
    if not known:
        lost.append(f"a value of the type {type(value).__name__}" + _number(value))
        return None
    if form.utf8 and isinstance(value, str) and _HALF.search(value):
        lost.append("half a surrogate pair")
        return _HALF.sub("\ufffd", value)
    return value


def _number(value: Any) -> str:
    return f", {value}" if isinstance(value, float) else ""


def without_empty_words(document: Document, skipped: SkippedData) -> Document:
    """The document without empty words, for formats in which a word has characters."""
    if "" not in document.tokens:
        return document
    place = f"document {document.id!r}"
    skipped.add("empty words skipped", place, document.tokens.count(""))
    new = [0, *accumulate(int(token != "") for token in document.tokens)]
    document, mentions, relations = keep_mentions(
        document, lambda span: new[span.start] < new[span.end]
    )
    if mentions:
        skipped.add("mentions without a word skipped", place, mentions)
    if relations:
        skipped.add("relations of entities without a mention skipped", place, relations)
    kept = [index for index, token in enumerate(document.tokens) if token]
    offsets = document.offsets
    return replace(
        document,
        tokens=tuple(document.tokens[index] for index in kept),
        offsets=None if offsets is None else tuple(offsets[index] for index in kept),
        sentences=tuple(Span(new[start], new[end]) for start, end in document.sentences),
        entities=tuple(
            replace(entity, mentions=tuple(Span(new[a], new[b]) for a, b in entity.mentions))
            for entity in document.entities
        ),
    )


def _whole_characters(document: Document, skipped: SkippedData) -> Document:
    """The document with U+FFFD for each half of a surrogate pair, which UTF-8 cannot hold."""
    strings = [document.id, document.text or "", *document.tokens, *document.flags]
    strings += [text for item in document.entities for text in (item.label or "", item.id or "")]
    strings += [relation.label for relation in document.relations]
    halves = sum(len(_HALF.findall(text)) for text in strings)
    if not halves:
        return document
    kind = "halves of surrogate pairs replaced by U+FFFD"
    skipped.add(kind, f"document {document.id!r}", halves)
    return replace(
        document,
        id=_repaired(document.id),
        tokens=tuple(map(_repaired, document.tokens)),
        text=None if document.text is None else _repaired(document.text),
        entities=tuple(map(_repaired_entity, document.entities)),
        relations=tuple(map(_repaired_relation, document.relations)),
        flags=tuple(map(_repaired, document.flags)),
    )


def _repaired(text: str) -> str:
    return _HALF.sub("\ufffd", text)


def _repaired_entity(entity: Entity) -> Entity:
    return replace(
        entity,
        label=None if entity.label is None else _repaired(entity.label),
        id=None if entity.id is None else _repaired(entity.id),
    )


def _repaired_relation(relation: Relation) -> Relation:
    return replace(relation, label=_repaired(relation.label))
