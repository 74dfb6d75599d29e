"""A line of Prodigy's JSONL as a Document, and back."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from jointre.data.annotation import renumbered
from jointre.data.char_spans import CharSpan, Offsets, WordRules, chars_of, fit
from jointre.data.fields import integer, mapping, sequence, shown, string
from jointre.data.schema import Document, Entity, Relation, Span, extra_keys
from jointre.data.skipped import SkippedData
from jointre.data.words import Words, words_of
from jointre.errors import DataError
from jointre.formats.common.copied_text import similar_text
from jointre.formats.common.supported import count_unheld, plain
from jointre.formats.common.texts import count_reread, spaced, with_text

KEPT = "prodigy"
"""The key of ``extra`` with a line's own tokens, spans and relations, which say more."""
_SIMILAR = "tokens whose copied text differs a little from the text at their offsets, accepted"
_OWN = ("tokens", "spans", "relations")
_HELD = frozenset({"text", "offsets", "sentences"})
End = tuple[int, int, str | None]


def read_record(
    record: dict[str, Any], id: str, rules: WordRules, place: str, skipped: SkippedData
) -> Document:
    """The document of a line.

    Args:
        record: Content of the line.
        id: Id of the document.
        rules: Rules that split the text into words if the line has no tokens, and into sentences.
        place: Place of the line, for messages.
        skipped: Counts what is skipped or decided.

    Raises:
        DataError: a value cannot be right.
    """
    text = string(record.get("text"), place, "text")
    ends = [
        _end(item, place, f"spans[{index}]")
        for index, item in enumerate(sequence(record.get("spans") or [], place, "spans"))
    ]
    linked = list(_relations(record.get("relations") or [], ends, place, skipped))
    spots = [CharSpan(*end[:2], f"{place}: span {number}") for number, end in enumerate(ends)]
    words, spans = fit(
        text, spots, skipped, place, _words(record, text, rules.language, place, skipped), rules
    )
    kept = [index for index, span in enumerate(spans) if span is not None]
    relations, _ = renumbered(kept, linked, ())
    if len(relations) < len(linked):
        kind = "relations of entities without a mention skipped"
        skipped.add(kind, place, len(linked) - len(relations))
    return Document(
        id=id,
        tokens=words.tokens,
        text=text,
        offsets=words.offsets,
        sentences=words.sentences,
        entities=tuple(
            Entity(ends[index][2], (span,)) for index, span in enumerate(spans) if span is not None
        ),
        relations=relations,
        extra={key: value for key, value in record.items() if key not in ("text", *_OWN)}
        | {KEPT: {key: record[key] for key in _OWN if key in record}},
    )


def _end(value: Any, place: str, what: str) -> End:
    item = mapping(value, place, what)
    label = item.get("label")
    return (
        integer(item.get("start"), place, f"{what}.start"),
        integer(item.get("end"), place, f"{what}.end"),
        None if label is None else string(label, place, f"{what}.label"),
    )


def _relations(value: Any, ends: list[End], place: str, skipped: SkippedData) -> Iterator[Relation]:
    """Relations by index; ends that are no span of the line become entities without a label."""
    known: dict[End, int] = {}
    for index, end in enumerate(ends):
        known.setdefault(end, index)
    for index, item in enumerate(sequence(value, place, "relations")):
        what = f"relations[{index}]"
        row = mapping(item, place, what)
        pair = []
        for key in ("head_span", "child_span"):
            end = _end(row.get(key), place, f"{what}.{key}")
            if end not in known:
                if end[2] is not None:
                    kind = "ends of relations that are not spans of the line read as entities"
                    skipped.add(kind, f"{place}: {what}.{key}")
                known[end] = len(ends)
                ends.append(end)
            pair.append(known[end])
        yield Relation(string(row.get("label"), place, f"{what}.label"), pair[0], pair[1])


def _words(
    record: dict[str, Any], text: str, language: str, place: str, skipped: SkippedData
) -> Words:
    """The line's tokens but for white space, with sentences by rules; or both by rules."""
    if record.get("tokens") is None:
        return words_of(text, language, skipped, place)
    rules = words_of(text, language)
    offsets = []
    at = 0
    for index, item in enumerate(sequence(record["tokens"], place, "tokens")):
        what = f"tokens[{index}]"
        token = mapping(item, place, what)
        start, end = (integer(token.get(key), place, f"{what}.{key}") for key in ("start", "end"))
        copied, stands = token.get("text"), text[start:end] if start >= 0 else ""
        same = copied == stands or (isinstance(copied, str) and similar_text(stands, copied))
        if not at <= start <= end <= len(text) or not same:
            raise DataError(
                f"{place}: {what} is {shown(copied)} at [{start}, {end}), which must be "
                f"these characters of the text, after {at}"
            )
        if copied != stands:
            skipped.add(_SIMILAR, f"{place}: {what}")
        at = end
        if text[start:end].strip():
            offsets.append((start, end))
    return Words(
        tuple(text[start:end] for start, end in offsets), tuple(offsets), _sentences(offsets, rules)
    )


def _sentences(offsets: Offsets, rules: Words) -> tuple[Span, ...]:
    """The sentences of the rules over other words."""
    begins = [rules.offsets[start][0] for start, _ in rules.sentences]
    firsts = {bisect_left(offsets, begin, key=lambda offset: offset[0]) for begin in begins}
    borders = sorted({0, *firsts, len(offsets)})
    return tuple(Span(start, end) for start, end in pairwise(borders))


def record_of(document: Document, rules: WordRules, skipped: SkippedData) -> dict[str, Any]:
    """The line of a document; what ``extra`` keeps returns if it still holds.

    Args:
        document: Document to convert.
        rules: Rules with which the line will be read.
        skipped: Counts what a line cannot represent.
    """
    extra = extra_keys(document, {"text", *_OWN}, skipped)
    kept = extra.pop(KEPT, None)
    document, text, offsets = with_text(document, skipped)
    rows: dict[str, Any] = kept if isinstance(kept, dict) else {}
    found = _again(text, rows, rules) if rows else None
    if found is None or not _same(found, document):
        document = plain(document, _HELD, skipped)
        rows = _rows(document, text, offsets)
        found = _again(text, rows, rules)
        _count_moved(document, found, skipped)
    else:
        count_unheld(document, _HELD, skipped)
    count_reread(document, found, skipped)
    name = extra.pop("id", document.id)
    own = {"id": name if str(name) == document.id else document.id, "text": text}
    return own | rows | {"_view_id": "relations", "answer": "accept"} | extra


def _again(text: str, rows: dict[str, Any], rules: WordRules) -> Document | None:
    """What reading the line will give, or None when it cannot be read."""
    try:
        return read_record({"text": text} | rows, "", rules, "", SkippedData())
    except DataError:
        return None


def _same(found: Document, document: Document) -> bool:
    return (found.tokens, found.entities, found.relations) == (
        document.tokens,
        document.entities,
        document.relations,
    )


def _rows(document: Document, text: str, offsets: Offsets) -> dict[str, Any]:
    parts, spaces, places = spaced(text, offsets)
    tokens, at = [], 0
    for index, (part, space) in enumerate(zip(parts, spaces, strict=True)):
        tokens.append({"text": part, "start": at, "end": at + len(part), "id": index, "ws": space})
        at += len(part) + space
    ends = [_row(entity, offsets, places) for entity in document.entities]
    return {
        "tokens": tokens,
        "spans": ends,
        "relations": [
            {
                "head": ends[link.head]["token_end"],
                "child": ends[link.tail]["token_end"],
                "head_span": ends[link.head],
                "child_span": ends[link.tail],
                "label": link.label,
            }
            for link in document.relations
        ],
    }


def _row(entity: Entity, offsets: Offsets, places: Sequence[int]) -> dict[str, Any]:
    start, end = chars_of(entity.span, offsets)
    return {
        "start": start,
        "end": end,
        "token_start": places[entity.span.start],
        "token_end": places[entity.span.end - 1],
        "label": entity.label,
    }


def _count_moved(document: Document, found: Document | None, skipped: SkippedData) -> None:
    """Counts relations that are read at others of equal entities: lines name ends by characters."""
    pairs = zip(document.relations, () if found is None else found.relations, strict=False)
    moved = sum(before != after for before, after in pairs)
    if moved:
        kind = "relations of entities listed twice moved to the first"
        skipped.add(kind, f"document {document.id!r}", moved)
