"""A line of doccano's JSONL as a Document, and back."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any, NamedTuple

from jointre.data.annotation import renumbered
from jointre.data.char_spans import ENGLISH, CharSpan, Offsets, WordRules, chars_of, fit
from jointre.data.fields import identity, integer, mapping, sequence, shown, string
from jointre.data.mentions import keep_mentions
from jointre.data.schema import Document, Entity, Relation, extra_keys
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.supported import plain
from jointre.formats.common.texts import count_reread, with_text
from jointre.formats.doccano.offsets import CountedIn, LineEndJudge, LineEnds, Ruler

KEPT = "doccano"
"""The key of ``extra`` with a line's own rows, which have numbers that a Document has not."""
_OWN_KEYS = {"text", "data", "label", "labels", "annotations", "entities", "relations"}
"""Keys that some version of doccano gives a meaning."""
_CALLED = {"utf16": "UTF-16 units", "code_points": "code points", "graphemes": "graphemes"}
_LINE_ENDS = "line_ends"
"""The key of a line that says how its offsets count line ends, where its mentions would not."""
_TEXTS = ("text", "data")
_ROWS = ("entities", "annotations", "label", "labels")
_HELD = frozenset({"text", "offsets", "sentences"})


class Row(NamedTuple):
    """An annotation as a line has it.

    Args:
        id: What relations call it, where they can.
        label: Its type.
        start, end: Offsets in the tool's unit.
    """

    id: str | None
    label: str
    start: int
    end: int


class _Found(NamedTuple):
    """The mentions of a line.

    Args:
        labels: The label of each mention.
        mentions: The characters of each mention.
        names: The index of the mention of each row with an id; None: it is not in the text.
    """

    labels: list[str]
    mentions: list[CharSpan]
    names: dict[str, int | None]


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
        self._judge = LineEndJudge(line_ends, counted_in)
        self._numbers = count(1)

    def read(self, value: Any, default: str, place: str, skipped: SkippedData) -> Document:
        """The document of a line.

        Args:
            value: Content of the line.
            default: Id of the document if the line has none.
            place: Place of the line, for messages.
            skipped: Counts what is skipped or decided.

        Raises:
            DataError: a key is missing, or a value cannot be right.
        """
        record = mapping(value, place, "a document")
        source = _one_of(record, _TEXTS, place)
        key, rows, others = _rows_of(record, place, skipped)
        text = string(record[source], place, source)
        joined = self._joined(record, text, rows, place, skipped)
        found = self._mentions(text, key, rows, joined, place, skipped)
        words, spans = fit(text, found.mentions, skipped, place, rules=self.rules)
        kept = [index for index, span in enumerate(spans) if span is not None]
        entities = [
            Entity(found.labels[i], (span,)) for i in kept if (span := spans[i]) is not None
        ]
        linked = list(_relations(record.get("relations") or [], found.names, place, skipped))
        pairs = [
            Relation(label, head, tail)
            for label, head, tail in linked
            if head is not None and tail is not None
        ]
        relations, _ = renumbered(kept, pairs, ())
        if len(relations) < len(linked):
            kind = "relations of entities without a mention skipped"
            skipped.add(kind, place, len(linked) - len(relations))
        name = record.get("id")
        used = {source, key, "relations", *others} | ({"id"} if isinstance(name, str) else set())
        used |= {_LINE_ENDS} if record.get(_LINE_ENDS) in ("one", "two") else set()
        return Document(
            id=identity(name, default, place, "id"),
            tokens=words.tokens,
            text=text,
            offsets=words.offsets,
            sentences=words.sentences,
            entities=tuple(entities),
            relations=relations,
            extra={key: item for key, item in record.items() if key not in used}
            | {KEPT: {own: record[own] for own in (key, "relations", _LINE_ENDS) if own in record}},
        )

    def _joined(
        self, record: dict[str, Any], text: str, rows: list[Row], place: str, skipped: SkippedData
    ) -> bool:
        """Whether the offsets count a line end of two characters as one."""
        given = record.get(_LINE_ENDS)
        if given in ("one", "two"):
            return bool(given == "one")
        joined = self._judge.joined(text, [(row.start, row.end) for row in rows])
        if "\r\n" in text and rows and self.counted_in != "graphemes":
            counted = "one character" if joined else "two characters"
            skipped.add(f"texts whose offsets are read as counting a line end as {counted}", place)
        return joined

    def _mentions(
        self, text: str, key: str, rows: list[Row], joined: bool, place: str, skipped: SkippedData
    ) -> _Found:
        ruler = Ruler(text, self.counted_in, joined)
        found = _Found([], [], {})
        for index, row in enumerate(rows):
            where = f"{place}: {key}[{index}]"
            if row.id in found.names:
                raise DataError(f"{where}: the id {row.id:.60} occurs twice in this line")
            start, end = ruler.code_point(row.start), ruler.code_point(row.end)
            outside = start is None or end is None or start > end
            if row.id is not None:
                found.names[row.id] = None if outside else len(found.mentions)
            if start is None or end is None or start > end:
                skipped.add(
                    "mentions outside their text skipped; if the file counts otherwise, set "
                    "offsets to code_points, utf16 or graphemes",
                    f"{where}, [{row.start}, {row.end}] in a text of {ruler.size} "
                    f"{_CALLED[self.counted_in]}",
                )
            else:
                found.labels.append(row.label)
                found.mentions.append(CharSpan(start, end, where))
        if rows and Ruler(text, self.counted_in).size != len(text):
            kind = f"texts whose offsets are read as {_CALLED[self.counted_in]}, not as code points"
            skipped.add(kind, place)
        return found

    def written(self, document: Document, skipped: SkippedData) -> dict[str, Any]:
        """The line of a document; rows that ``extra`` keeps return if they still hold.

        Args:
            document: Document to convert.
            skipped: counts what a line cannot hold.
        """
        extra = extra_keys(document, _OWN_KEYS, skipped)
        kept = extra.pop(KEPT, None)
        name = extra.pop("id", document.id)
        # Doccano has no empty labels; an entity with one is counted as one without a label.
        entities = tuple(
            replace(entity, label=entity.label or None) for entity in document.entities
        )
        document = plain(replace(document, entities=entities), _HELD, skipped)
        document, text, offsets = with_text(document, skipped)
        ruler = Ruler(text, self.counted_in)
        document, gone, relations = keep_mentions(
            document,
            lambda span: None not in [ruler.units(each) for each in chars_of(span, offsets)],
        )
        place = f"document {document.id!r}"
        if gone:
            skipped.add(
                f"mentions that are not whole {_CALLED[self.counted_in]} skipped", place, gone
            )
        if relations:
            skipped.add("relations of entities without a mention skipped", place, relations)
        rows = self._rows(document, offsets, ruler)
        found = self._again(text, rows)
        if "\r\n" in text and not _same(found, document):
            rows |= {_LINE_ENDS: "two"}
            found = self._again(text, rows)
        if isinstance(kept, dict) and _same(before := self._again(text, kept), document):
            rows, found = kept, before
        count_reread(document, found, skipped)
        return (
            {"id": name if str(name) == document.id else document.id, "text": text} | rows | extra
        )

    def _rows(self, document: Document, offsets: Offsets, ruler: Ruler) -> dict[str, Any]:
        numbers = [next(self._numbers) for _ in document.entities]
        entities = []
        for number, entity in zip(numbers, document.entities, strict=True):
            start, end = (ruler.units(each) for each in chars_of(entity.span, offsets))
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

    def _again(self, text: str, rows: dict[str, Any]) -> Document | None:
        """What reading the line will give, or None when it cannot be read."""
        line = DoccanoLine(self.counted_in, self.rules)
        try:
            return line.read({"text": text} | rows, "", "", SkippedData())
        except DataError:
            return None


def _same(found: Document | None, document: Document) -> bool:
    return found is not None and (found.tokens, found.entities, found.relations) == (
        document.tokens,
        document.entities,
        document.relations,
    )


def _one_of(record: dict[str, Any], keys: tuple[str, ...], place: str) -> str:
    found = next((key for key in keys if record.get(key) is not None), None)
    if found is None:
        raise DataError(
            f"{place}: needs one of the keys {', '.join(keys)}; found {shown(sorted(record))}"
        )
    return found


def _rows_of(
    record: dict[str, Any], place: str, skipped: SkippedData
) -> tuple[str, list[Row], list[str]]:
    """The key with annotations, its rows, and further such keys, which are empty or the same."""
    _one_of(record, _ROWS, place)
    lists = {key: sequence(record[key], place, key) for key in _ROWS if record.get(key) is not None}
    key = next((key for key, rows in lists.items() if rows), next(iter(lists)))
    rows = [_row(row, f"{place}: {key}[{index}]") for index, row in enumerate(lists[key])]
    known = {(row.start, row.end, row.label) for row in rows}
    others = [other for other in lists if other != key]
    for other in others:
        further = [_row(row, f"{place}: {other}[{n}]") for n, row in enumerate(lists[other])]
        lost = sum((row.start, row.end, row.label) not in known for row in further)
        if lost:
            skipped.add(f"annotations under {other!r} beside {key!r} skipped", place, lost)
    return key, rows, others


def _row(row: Any, where: str) -> Row:
    """The row of an object, or of a list of start, end and label."""
    if isinstance(row, dict):
        number = row.get("id")
        return Row(
            None if number is None else identity(number, "", where, "id"),
            # A label of an `annotations` row is its number.
            identity(row.get("label"), "", where, "label") or _no_label(row, where),
            integer(row.get("start_offset"), where, "start_offset"),
            integer(row.get("end_offset"), where, "end_offset"),
        )
    if not isinstance(row, list) or len(row) != 3:
        raise DataError(f"{where} must be [start, end, label] or an object, not {shown(row)}")
    start, end, label = row
    return Row(
        None, string(label, where, "label"), integer(start, where, "0"), integer(end, where, "1")
    )


def _no_label(row: dict[str, Any], where: str) -> str:
    raise DataError(f"{where} needs a label; found {shown(sorted(row))}")


def _relations(
    value: Any, names: dict[str, int | None], place: str, skipped: SkippedData
) -> Iterator[tuple[str, int | None, int | None]]:
    """Label, head and tail; None for an entity whose mention was counted as lost."""
    for index, item in enumerate(sequence(value, place, "relations")):
        where = f"{place}: relations[{index}]"
        row = mapping(item, where, "a relation")
        label = string(row.get("type"), where, "type")
        ends = [_end(row, key, where) for key in ("from_id", "to_id")]
        missing = [end for end in ends if end not in names]
        if missing:
            kind = "relations skipped, because no entity of the line has their id"
            skipped.add(kind, f"{where}, {missing[0]}")
        else:
            yield label, names[ends[0]], names[ends[1]]


def _end(row: dict[str, Any], key: str, where: str) -> str:
    if row.get(key) is None:
        raise DataError(f"{where}: {key} must be the id of an entity, not None")
    return identity(row[key], "", where, key)
