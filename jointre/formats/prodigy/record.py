"""A line of Prodigy's JSONL as a Document, and back."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from jointre.data.char_spans import CharSpan, Offsets, WordRules, chars_of, fit
from jointre.data.fields import integer, mapping, sequence, shown, string
from jointre.data.kept_entities import links_of_kept
from jointre.data.schema import Document, Entity, Relation, Span, extra_keys, written_id
from jointre.data.skipped import SkippedData
from jointre.data.words import Words, words_of
from jointre.errors import DataError
from jointre.formats.common.copied_text import similar_text
from jointre.formats.common.supported import count_unheld, plain
from jointre.formats.common.texts import count_reread, same_annotations, spaced, with_text
from jointre.formats.common.tool_offsets import without_uncounted_mark

KEPT = "prodigy"
"""The key of ``extra`` with a line's own tokens, spans and relations, which have more fields."""
_SIMILAR = "tokens whose copied text differs a little from the text at their offsets, accepted"
_OWN = ("tokens", "spans", "relations")
_HELD = frozenset({"text", "offsets", "sentences"})
End = tuple[int, int, str | None]


def read_record(
    record: dict[str, Any], id: str, rules: WordRules, location: str, skipped: SkippedData
) -> Document:
    """The document of a line.

    Args:
        record: Content of the line.
        id: Id of the document.
        rules: Rules that split the text into words if the line has no tokens, and into sentences.
        location: Location of the line, for messages.
        skipped: Counts what is skipped or decided.

    Raises:
        DataError: A value is wrong.
    """
    text = string(record.get("text"), location, "text")
    text = without_uncounted_mark(text, _given_ends(record), location, skipped)
    ends = [
        _end(item, location, f"spans[{index}]")
        for index, item in enumerate(sequence(record.get("spans") or [], location, "spans"))
    ]
    linked = list(_relations(record.get("relations") or [], ends, location, skipped))
    char_spans = [
        CharSpan(*end[:2], f"{location}: span {number}") for number, end in enumerate(ends)
    ]
    given_words = _words(record, text, rules.language, location, skipped)
    words, spans = fit(text, char_spans, skipped, location, given_words, rules)
    kept_rows = [index for index, span in enumerate(spans) if span is not None]
    relations, _ = links_of_kept(kept_rows, linked, (), location, skipped)
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


def _given_ends(record: dict[str, Any]) -> Iterator[tuple[object, object]]:
    """Start and end of each token and span as the line has them, unchecked."""
    for key in ("tokens", "spans"):
        items = record.get(key)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield item.get("start"), item.get("end")


def _end(value: Any, location: str, what: str) -> End:
    item = mapping(value, location, what)
    label = item.get("label")
    return (
        integer(item.get("start"), location, f"{what}.start"),
        integer(item.get("end"), location, f"{what}.end"),
        None if label is None else string(label, location, f"{what}.label"),
    )


def _relations(
    value: Any, ends: list[End], location: str, skipped: SkippedData
) -> Iterator[Relation]:
    """Relations by index; ends that are not spans of the line are added to ``ends``."""
    end_index: dict[End, int] = {}
    for index, end in enumerate(ends):
        end_index.setdefault(end, index)
    for index, item in enumerate(sequence(value, location, "relations")):
        what = f"relations[{index}]"
        row = mapping(item, location, what)
        pair = []
        for key in ("head_span", "child_span"):
            end = _end(row.get(key), location, f"{what}.{key}")
            if end not in end_index:
                if end[2] is not None:
                    kind = "ends of relations that are not spans of the line read as entities"
                    skipped.add(kind, f"{location}: {what}.{key}")
                end_index[end] = len(ends)
                ends.append(end)
            pair.append(end_index[end])
        yield Relation(string(row.get("label"), location, f"{what}.label"), pair[0], pair[1])


def _words(
    record: dict[str, Any], text: str, language: str, location: str, skipped: SkippedData
) -> Words:
    """The line's tokens except white space, or words by rules; the sentences are by rules."""
    if record.get("tokens") is None:
        return words_of(text, language, skipped, location)
    words_by_rules = words_of(text, language)
    offsets = []
    previous_end = 0
    for index, item in enumerate(sequence(record["tokens"], location, "tokens")):
        what = f"tokens[{index}]"
        token = mapping(item, location, what)
        start, end = (
            integer(token.get(key), location, f"{what}.{key}") for key in ("start", "end")
        )
        copied, text_there = token.get("text"), text[start:end] if start >= 0 else ""
        is_similar = copied == text_there or (
            isinstance(copied, str) and similar_text(text_there, copied)
        )
        if not previous_end <= start <= end <= len(text) or not is_similar:
            raise DataError(
                f"{location}: {what} is {shown(copied)} at [{start}, {end}), which must be "
                f"these characters of the text, after {previous_end}"
            )
        if copied != text_there:
            skipped.add(_SIMILAR, f"{location}: {what}")
        previous_end = end
        if text[start:end].strip():
            offsets.append((start, end))
    return Words(
        tuple(text[start:end] for start, end in offsets),
        tuple(offsets),
        _sentences(offsets, words_by_rules),
    )


def _sentences(offsets: Offsets, words_by_rules: Words) -> tuple[Span, ...]:
    """The sentences of words by rules, as spans of other words."""
    begins = [words_by_rules.offsets[start][0] for start, _ in words_by_rules.sentences]
    firsts = {bisect_left(offsets, begin, key=lambda offset: offset[0]) for begin in begins}
    borders = sorted({0, *firsts, len(offsets)})
    return tuple(Span(start, end) for start, end in pairwise(borders))


def record_of(document: Document, rules: WordRules, skipped: SkippedData) -> dict[str, Any]:
    """The line of a document; rows in ``extra`` are written if they still describe it.

    Args:
        document: Document to convert.
        rules: Rules with which the line will be read.
        skipped: Counts what a line cannot represent.
    """
    id = written_id(document)
    extra = extra_keys(document, {"text", *_OWN}, skipped)
    stored_rows = extra.pop(KEPT, None)
    extra.pop("id", None)
    document, text, offsets = with_text(document, skipped)
    rows: dict[str, Any] = stored_rows if isinstance(stored_rows, dict) else {}
    reread = _reread(text, rows, rules) if rows else None
    if same_annotations(reread, document):
        count_unheld(document, _HELD, skipped)
    else:
        document = plain(document, _HELD, skipped)
        rows = _rows(document, text, offsets)
        reread = _reread(text, rows, rules)
        _count_moved(document, reread, skipped)
    count_reread(document, reread, skipped)
    answer = {"_view_id": "relations", "answer": "accept"}
    return {"id": id, "text": text} | rows | answer | extra


def _reread(text: str, rows: dict[str, Any], rules: WordRules) -> Document | None:
    """The document that reading the line will give; None if it cannot be read."""
    try:
        return read_record({"text": text} | rows, "", rules, "", SkippedData())
    except DataError:
        return None


def _rows(document: Document, text: str, offsets: Offsets) -> dict[str, Any]:
    pieces, spaces, word_indices = spaced(text, offsets)
    tokens, offset = [], 0
    for index, (piece, space) in enumerate(zip(pieces, spaces, strict=True)):
        tokens.append(
            {"text": piece, "start": offset, "end": offset + len(piece), "id": index, "ws": space}
        )
        offset += len(piece) + space
    ends = [_row(entity, offsets, word_indices) for entity in document.entities]
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


def _row(entity: Entity, offsets: Offsets, word_indices: Sequence[int]) -> dict[str, Any]:
    start, end = chars_of(entity.span, offsets)
    return {
        "start": start,
        "end": end,
        "token_start": word_indices[entity.span.start],
        "token_end": word_indices[entity.span.end - 1],
        "label": entity.label,
    }


def _count_moved(document: Document, reread: Document | None, skipped: SkippedData) -> None:
    """Count relations that are read between other, equal entities, as lines name characters."""
    pairs = zip(document.relations, () if reread is None else reread.relations, strict=False)
    moved = sum(before != after for before, after in pairs)
    if moved:
        kind = "relations of entities listed twice moved to the first"
        skipped.add(kind, f"document {document.id!r}", moved)
