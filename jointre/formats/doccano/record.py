"""A line of doccano's JSONL as a Document, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, NamedTuple

from jointre.data.char_spans import ENGLISH, CharSpan, Offsets, WordRules, chars_of, fit
from jointre.data.fields import further_keys, identity, integer, mapping, sequence, shown, string
from jointre.data.mentions import keep_mentions
from jointre.data.schema import Document, Entity, Relation, Span, extra_keys, written_id
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.supported import plain
from jointre.formats.common.texts import count_reread, same_annotations, with_text
from jointre.formats.common.tool_offsets import without_uncounted_mark
from jointre.formats.doccano.offsets import CountedIn, LineEndJudge, LineEnds, Ruler

KEPT = "doccano"
"""The key of ``extra`` with a line's own rows, which have numbers that a Document cannot hold."""
_OWN_KEYS = {"text", "data", "label", "labels", "annotations", "entities", "relations"}
"""Keys that some version of doccano gives a meaning."""
_CALLED = {"utf16": "UTF-16 units", "code_points": "code points", "graphemes": "graphemes"}
_LINE_ENDS = "line_ends"
"""The key of a line that states how its offsets count line ends, if its mentions do not show it."""
_TEXTS = ("text", "data")
_ROWS = ("entities", "annotations", "label", "labels")
_HELD = frozenset({"text", "offsets", "sentences"})


class Row(NamedTuple):
    """An annotation as a line has it.

    Args:
        id: Name of the annotation in relations; None if it has none.
        label: Entity type.
        start, end: Offsets in the tool's unit.
    """

    id: str | None
    label: str
    start: int
    end: int


class _RowMentions(NamedTuple):
    """The mentions of a line.

    Args:
        labels: The label of each mention.
        mentions: The characters of each mention.
        by_row: Index of the mention of each row that has an id; None: it is outside the text.
    """

    labels: list[str]
    mentions: list[CharSpan]
    by_row: dict[str, int | None]


class DoccanoLine:
    """How lines are read and written.

    Args:
        counted_in: Unit of the offsets.
        rules: Rules that split texts into words.
        line_ends: How offsets count a carriage return with its line feed.
    """

    def __init__(
        self, counted_in: CountedIn, rules: WordRules = ENGLISH, line_ends: LineEnds = "auto"
    ) -> None:
        self.counted_in: CountedIn = counted_in
        self.rules = rules
        self.line_ends: LineEnds = line_ends
        self._judge = LineEndJudge(line_ends, counted_in)
        self._numbers = count(1)

    def read(self, value: Any, default: str, location: str, skipped: SkippedData) -> Document:
        """The document of a line.

        Args:
            value: Content of the line.
            default: Id of the document if the line has none.
            location: Location of the line, for messages.
            skipped: Counts what is skipped or decided.

        Raises:
            DataError: a key is missing, or a value cannot be right.
        """
        record = mapping(value, location, "a document")
        text_key = _one_of(record, _TEXTS, location)
        rows_key, rows, other_keys = _rows_of(record, location, skipped)
        text = self._unmarked(string(record[text_key], location, text_key), rows, location, skipped)
        joined = self._joined(record, text, rows, location, skipped)
        labelled = self._mentions(text, rows_key, rows, joined, location, skipped)
        words, spans = fit(text, labelled.mentions, skipped, location, rules=self.rules)
        used = {text_key, rows_key, "relations", *other_keys}
        used |= {_LINE_ENDS} if record.get(_LINE_ENDS) in ("one", "two") else set()
        stored_keys = [key for key in (rows_key, "relations", _LINE_ENDS) if key in record]
        return Document(
            id=identity(record.get("id"), default, location, "id"),
            tokens=words.tokens,
            text=text,
            offsets=words.offsets,
            sentences=words.sentences,
            entities=tuple(
                Entity(label, (span,))
                for label, span in zip(labelled.labels, spans, strict=True)
                if span is not None
            ),
            relations=_relations(
                record.get("relations"), labelled.by_row, spans, location, skipped
            ),
            extra=further_keys(record, used, "id")
            | {KEPT: {key: record[key] for key in stored_keys}},
        )

    def _unmarked(self, text: str, rows: list[Row], location: str, skipped: SkippedData) -> str:
        """The text without a byte-order mark that the offsets do not count."""
        ends = [(row.start, row.end) for row in rows]
        code_point = Ruler(text, self.counted_in, self.line_ends == "one").code_point
        return without_uncounted_mark(text, ends, location, skipped, code_point)

    def _joined(
        self,
        record: dict[str, Any],
        text: str,
        rows: list[Row],
        location: str,
        skipped: SkippedData,
    ) -> bool:
        """Whether the offsets count a line end of two characters as one."""
        given = record.get(_LINE_ENDS)
        if given in ("one", "two"):
            return bool(given == "one")
        joined = self._judge.joined(text, [(row.start, row.end) for row in rows])
        if "\r\n" in text and rows and self.counted_in != "graphemes":
            counted = "one character" if joined else "two characters"
            skipped.add(
                f"texts whose offsets are read as counting a line end as {counted}", location
            )
        return joined

    def _mentions(
        self,
        text: str,
        key: str,
        rows: list[Row],
        joined: bool,
        location: str,
        skipped: SkippedData,
    ) -> _RowMentions:
        ruler = Ruler(text, self.counted_in, joined)
        labelled = _RowMentions([], [], {})
        for number, row in enumerate(rows):
            row_location = f"{location}: {key}[{number}]"
            if row.id in labelled.by_row:
                raise DataError(f"{row_location}: the id {row.id:.60} occurs twice in this line")
            start, end = ruler.code_point(row.start), ruler.code_point(row.end)
            outside = start is None or end is None or start > end
            if row.id is not None:
                labelled.by_row[row.id] = None if outside else len(labelled.mentions)
            if start is None or end is None or start > end:
                skipped.add(
                    "mentions outside their text skipped; if the file counts otherwise, set "
                    "offsets to code_points, utf16 or graphemes",
                    f"{row_location}, [{row.start}, {row.end}] in a text of {ruler.size} "
                    f"{_CALLED[self.counted_in]}",
                )
            else:
                labelled.labels.append(row.label)
                labelled.mentions.append(CharSpan(start, end, row_location))
        if rows and Ruler(text, self.counted_in).size != len(text):
            kind = f"texts whose offsets are read as {_CALLED[self.counted_in]}, not as code points"
            skipped.add(kind, location)
        return labelled

    def written(self, document: Document, skipped: SkippedData) -> dict[str, Any]:
        """The line of a document; rows in ``extra`` are written if they still describe it.

        Args:
            document: Document to convert.
            skipped: Counts what a line cannot hold.
        """
        id = written_id(document)
        extra = extra_keys(document, _OWN_KEYS, skipped)
        stored_rows = extra.pop(KEPT, None)
        extra.pop("id", None)
        # Doccano has no empty labels; an entity with one is counted as one without a label.
        entities = tuple(
            replace(entity, label=entity.label or None) for entity in document.entities
        )
        document = plain(replace(document, entities=entities), _HELD, skipped)
        document, text, offsets = with_text(document, skipped)
        ruler = Ruler(text, self.counted_in)
        document = self._with_whole_units(document, offsets, ruler, skipped)
        rows = self._rows(document, offsets, ruler)
        reread = self._reread(text, rows)
        if "\r\n" in text and not same_annotations(reread, document):
            rows |= {_LINE_ENDS: "two"}
            reread = self._reread(text, rows)
        if isinstance(stored_rows, dict):
            reread_stored = self._reread(text, stored_rows)
            if same_annotations(reread_stored, document):
                rows, reread = stored_rows, reread_stored
        count_reread(document, reread, skipped)
        return {"id": id, "text": text} | rows | extra

    def _with_whole_units(
        self, document: Document, offsets: Offsets, ruler: Ruler, skipped: SkippedData
    ) -> Document:
        """The document without mentions that begin or end inside a unit of the offsets."""
        document, mentions, relations = keep_mentions(
            document,
            lambda span: None not in [ruler.units(char) for char in chars_of(span, offsets)],
        )
        location = f"document {document.id!r}"
        if mentions:
            kind = f"mentions that are not whole {_CALLED[self.counted_in]} skipped"
            skipped.add(kind, location, mentions)
        if relations:
            skipped.add("relations of entities without a mention skipped", location, relations)
        return document

    def _rows(self, document: Document, offsets: Offsets, ruler: Ruler) -> dict[str, Any]:
        numbers = [next(self._numbers) for _ in document.entities]
        entities = []
        for number, entity in zip(numbers, document.entities, strict=True):
            start, end = (ruler.units(char) for char in chars_of(entity.span, offsets))
            entities.append(
                {"id": number, "label": entity.label, "start_offset": start, "end_offset": end}
            )
        relations = [
            {
                "id": index,
                "from_id": numbers[relation.head],
                "to_id": numbers[relation.tail],
                "type": relation.label,
            }
            for index, relation in enumerate(document.relations, start=1)
        ]
        return {"entities": entities, "relations": relations}

    def _reread(self, text: str, rows: dict[str, Any]) -> Document | None:
        """The document that reading the line will give; None if it cannot be read."""
        line = DoccanoLine(self.counted_in, self.rules)
        try:
            return line.read({"text": text} | rows, "", "", SkippedData())
        except DataError:
            return None


def _one_of(record: dict[str, Any], keys: tuple[str, ...], location: str) -> str:
    present = next((key for key in keys if record.get(key) is not None), None)
    if present is None:
        raise DataError(
            f"{location}: needs one of the keys {', '.join(keys)}; found {shown(sorted(record))}"
        )
    return present


def _rows_of(
    record: dict[str, Any], location: str, skipped: SkippedData
) -> tuple[str, list[Row], list[str]]:
    """The key with annotations, its rows, and the other such keys, whose rows are not read."""
    _one_of(record, _ROWS, location)
    rows_by_key = {
        key: sequence(record[key], location, key) for key in _ROWS if record.get(key) is not None
    }
    key = next((key for key, rows in rows_by_key.items() if rows), next(iter(rows_by_key)))
    rows = [_row(row, f"{location}: {key}[{index}]") for index, row in enumerate(rows_by_key[key])]
    annotations = {(row.start, row.end, row.label) for row in rows}
    other_keys = [other_key for other_key in rows_by_key if other_key != key]
    for other_key in other_keys:
        other_rows = [
            _row(row, f"{location}: {other_key}[{n}]")
            for n, row in enumerate(rows_by_key[other_key])
        ]
        missing = sum((row.start, row.end, row.label) not in annotations for row in other_rows)
        if missing:
            skipped.add(
                f"annotations under {other_key!r} beside {key!r} skipped", location, missing
            )
    return key, rows, other_keys


def _row(row: Any, location: str) -> Row:
    """The row of an object, or of a list of start, end and label."""
    if isinstance(row, dict):
        number = row.get("id")
        return Row(
            None if number is None else identity(number, "", location, "id"),
            # A label of an `annotations` row is its number.
            identity(row.get("label"), "", location, "label") or _no_label(row, location),
            integer(row.get("start_offset"), location, "start_offset"),
            integer(row.get("end_offset"), location, "end_offset"),
        )
    if not isinstance(row, list) or len(row) != 3:
        raise DataError(f"{location} must be [start, end, label] or an object, not {shown(row)}")
    start, end, label = row
    return Row(
        None,
        string(label, location, "label"),
        integer(start, location, "0"),
        integer(end, location, "1"),
    )


def _no_label(row: dict[str, Any], location: str) -> str:
    raise DataError(f"{location} needs a label; found {shown(sorted(row))}")


def _relations(
    value: Any,
    by_row: Mapping[str, int | None],
    spans: Sequence[Span | None],
    location: str,
    skipped: SkippedData,
) -> tuple[Relation, ...]:
    """The relations between entities that have a word; ``by_row`` has the mention of each row."""
    mentions = [mention for mention, span in enumerate(spans) if span is not None]
    entities: dict[int | None, int] = {mention: row for row, mention in enumerate(mentions)}
    relations = []
    without_mention = 0
    for number, item in enumerate(sequence(value or [], location, "relations")):
        row_location = f"{location}: relations[{number}]"
        row = mapping(item, row_location, "a relation")
        label = string(row.get("type"), row_location, "type")
        ends = [_end(row, key, row_location) for key in ("from_id", "to_id")]
        missing = [end for end in ends if end not in by_row]
        if missing:
            kind = "relations skipped, because no entity of the line has their id"
            skipped.add(kind, f"{row_location}, {missing[0]}")
            continue
        head, tail = (entities.get(by_row[end]) for end in ends)
        if head is None or tail is None:
            without_mention += 1
        else:
            relations.append(Relation(label, head, tail))
    if without_mention:
        kind = "relations of entities without a mention skipped"
        skipped.add(kind, location, without_mention)
    return tuple(relations)


def _end(row: dict[str, Any], key: str, location: str) -> str:
    if row.get(key) is None:
        raise DataError(f"{location}: {key} must be the id of an entity, not None")
    return identity(row[key], "", location, key)
