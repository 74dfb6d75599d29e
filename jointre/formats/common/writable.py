"""Documents made ready for writing: what a kind of file cannot hold is skipped and counted."""

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
_LONGEST_INTEGER = 10**4000  # Python does not read longer ones from JSON


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind of file can hold.

    Args:
        utf8: Whether strings are written in UTF-8 without JSON's escapes, or become texts that are
            cut into words, so that they cannot hold half a surrogate pair.
        empty_words: Whether a word may be empty.
        longest_integer: Integers of ``extra`` and of evidence must be closer to 0 than this.
        id: Turns an id into one that the format can hold.
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
    """Change documents so that each can be written and read again.

    Ids are made distinct, scores that are not finite and values of ``extra`` that JSON cannot hold
    are skipped, and what ``form`` excludes is skipped or replaced.

    Args:
        documents: Documents to write.
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
    entities, relations, skipped_count = [], [], 0
    for entity in document.entities:
        bad_score = _not_finite(entity.score)
        bad_mention_scores = any(map(_not_finite, entity.mention_scores or ()))
        skipped_count += bad_score + bad_mention_scores
        if bad_score or bad_mention_scores:
            scores = None if bad_mention_scores else entity.mention_scores
            entity = replace(
                entity, score=None if bad_score else entity.score, mention_scores=scores
            )
        entities.append(entity)
    for relation in document.relations:
        skipped_count += _not_finite(relation.score)
        relations.append(replace(relation, score=None) if _not_finite(relation.score) else relation)
    if not skipped_count:
        return document
    skipped.add("scores that are not finite skipped", f"document {document.id!r}", skipped_count)
    return replace(document, entities=tuple(entities), relations=tuple(relations))


def _not_finite(score: float | None) -> bool:
    return score is not None and not math.isfinite(score)


def with_storable_extra(document: Document, skipped: SkippedData, form: Form = JSON) -> Document:
    """The document whose ``extra`` and evidence a file can hold.

    Args:
        document: Document that was read or will be written.
        skipped: Counts the documents in which a value was replaced by null or skipped.
        form: What the format can hold.
    """
    location = f"document {document.id!r}"
    problems: list[str] = []
    extra = storable(dict(document.extra), form, problems)
    if problems:
        skipped.add(
            "values of extra skipped, which files cannot hold", f"{location}: {problems[0]}"
        )
        document = replace(document, extra=extra if isinstance(extra, dict) else {})
    large_evidence = [
        number
        for number, relation in enumerate(document.relations)
        if any(
            abs(index) >= min(form.longest_integer, LONGEST_INTEGER) for index in relation.evidence
        )
    ]
    if large_evidence:
        skipped.add(
            "lists of evidence skipped, which files cannot hold", location, len(large_evidence)
        )
        relations = [
            replace(relation, evidence=()) if number in large_evidence else relation
            for number, relation in enumerate(document.relations)
        ]
        document = replace(document, relations=tuple(relations))
    return document


def storable(value: Any, form: Form, problems: list[str], depth: int = 0) -> Any:
    """A value of ``extra`` as JSON can hold it.

    Args:
        value: Any value.
        form: What the format can hold.
        problems: Filled with a description of each value that is replaced by null or skipped.
        depth: How deep the value is nested.
    """
    if isinstance(value, dict | list | tuple):
        if depth >= DEEPEST:
            problems.append(f"a value nested more than {DEEPEST} deep")
            return None
        if not isinstance(value, dict):
            return [storable(item, form, problems, depth + 1) for item in value]
        storable_items = {}
        for key, item in value.items():
            if not isinstance(key, str):
                problems.append(f"the key {key!r:.60}")
                continue
            storable_items[storable(key, form, problems)] = storable(
                item, form, problems, depth + 1
            )
        return storable_items
    is_storable = value is None or isinstance(value, str | bool)
    is_storable = is_storable or (isinstance(value, int) and abs(value) < form.longest_integer)
    is_storable = is_storable or (isinstance(value, float) and math.isfinite(value))
    if not is_storable:
        problems.append(f"a value of the type {type(value).__name__}" + _number(value))
        return None
    if form.utf8 and isinstance(value, str) and _HALF.search(value):
        problems.append("half a surrogate pair")
        return _HALF.sub("\ufffd", value)
    return value


def _number(value: Any) -> str:
    return f", {value}" if isinstance(value, float) else ""


def without_empty_words(document: Document, skipped: SkippedData) -> Document:
    """The document without empty words, for formats in which a word has characters."""
    if "" not in document.tokens:
        return document
    location = f"document {document.id!r}"
    skipped.add("empty words skipped", location, document.tokens.count(""))
    new_positions = [0, *accumulate(int(token != "") for token in document.tokens)]
    document, mentions, relations = keep_mentions(
        document, lambda span: new_positions[span.start] < new_positions[span.end]
    )
    if mentions:
        skipped.add("mentions without a word skipped", location, mentions)
    if relations:
        skipped.add("relations of entities without a mention skipped", location, relations)
    word_indices = [index for index, token in enumerate(document.tokens) if token]
    offsets = document.offsets
    return replace(
        document,
        tokens=tuple(document.tokens[index] for index in word_indices),
        offsets=None if offsets is None else tuple(offsets[index] for index in word_indices),
        sentences=tuple(
            Span(new_positions[start], new_positions[end]) for start, end in document.sentences
        ),
        entities=tuple(
            replace(
                entity,
                mentions=tuple(
                    Span(new_positions[a], new_positions[b]) for a, b in entity.mentions
                ),
            )
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
