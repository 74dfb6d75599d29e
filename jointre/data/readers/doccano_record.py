"""A line of doccano's JSONL as a Document, and back."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from jointre.data.losses import Losses
from jointre.data.mentions import keep_mentions, renumbered
from jointre.data.readers.char_spans import (
    CharSpan,
    Offsets,
    WordRules,
    chars_of,
    count_reread,
    fit,
    with_text,
)
from jointre.data.readers.doccano_offsets import CountedIn, Ruler
from jointre.data.readers.fields import identity, integer, mapping, sequence, shown, string
from jointre.data.readers.plain import extra_keys, plain
from jointre.data.schema import Document, Entity, Relation
from jointre.errors import DataError

KEPT = "doccano"
"""The key of ``extra`` with a line's own rows, which have numbers that a Document has not."""
_CALLED = {"utf16": "UTF-16 units", "code_points": "code points", "graphemes": "graphemes"}
_TEXTS = ("text", "data")
_ROWS = ("entities", "annotations", "label", "labels")
_HELD = frozenset({"text", "offsets", "sentences"})


class Line:
    """How lines are read and written.

    Args:
        counted_in: what their offsets count.
        rules: how texts are cut into words.
    """

    def __init__(self, counted_in: CountedIn, rules: WordRules) -> None:
        self.counted_in: CountedIn = counted_in
        self.rules = rules
        self._numbers = count(1)

    def read(self, value: Any, default: str, place: str, losses: Losses) -> Document:
        """The document of a line.

        Args:
            value: what the line holds.
            default: the document's id where the line has none.
            place: of the line, for messages.
            losses: counts what is left out or decided.

        Raises:
            DataError: a key is missing, or a value cannot be right.
        """
        record = mapping(value, place, "a document")
        source = _one_of(record, _TEXTS, place)
        rows = _one_of(record, _ROWS, place)
        text = string(record[source], place, source)
        labels, mentions, names = self._mentions(text, rows, record[rows], place, losses)
        words, spans = fit(text, mentions, losses, place, rules=self.rules)
        kept = [index for index, span in enumerate(spans) if span is not None]
        entities = [Entity(labels[i], (span,)) for i in kept if (span := spans[i]) is not None]
        linked = list(_relations(record.get("relations", []), names, place, losses))
        relations, _ = renumbered(kept, linked, ())
        if len(relations) < len(linked):
            kind = "relations of entities without a mention left out"
            losses.add(kind, place, len(linked) - len(relations))
        name = record.get("id")
        used = {source, rows, "relations"} | ({"id"} if isinstance(name, str) else set())
        return Document(
            id=identity(name, default, place, "id"),
            tokens=words.tokens,
            text=text,
            offsets=words.offsets,
            sentences=words.sentences,
            entities=tuple(entities),
            relations=relations,
            extra={key: item for key, item in record.items() if key not in used}
            | {KEPT: {key: record[key] for key in (rows, "relations") if key in record}},
        )

    def _mentions(
        self, text: str, key: str, value: Any, place: str, losses: Losses
    ) -> tuple[list[str], list[CharSpan], dict[int, int]]:
        """Labels, characters, and under each number the row it belongs to."""
        ruler = Ruler(text, self.counted_in)
        labels: list[str] = []
        mentions: list[CharSpan] = []
        names: dict[int, int] = {}
        for index, row in enumerate(sequence(value, place, key)):
            where = f"{place}: {key}[{index}]"
            number, label, *ends = _row(row, where)
            if number in names:
                raise DataError(f"{where}: the id {number} occurs twice in this line")
            if number is not None:
                names[number] = index
            start, end = (ruler.code_point(each) for each in ends)
            if start is None or end is None:
                raise DataError(
                    f"{where}: [{ends[0]}, {ends[1]}) is no part of the text, which has "
                    f"{ruler.size} {_CALLED[self.counted_in]}, or begins inside a character; if "
                    "the file counts otherwise, set offsets to code_points, utf16 or graphemes"
                )
            labels.append(label)
            mentions.append(CharSpan(start, end, where))
        if mentions and ruler.size != len(text):
            kind = f"texts whose offsets are read as {_CALLED[self.counted_in]}, not as code points"
            losses.add(kind, place)
        return labels, mentions, names

    def written(self, document: Document, losses: Losses) -> dict[str, Any]:
        """The line of a document; rows that ``extra`` keeps return if they still hold.

        Args:
            document: of any form.
            losses: counts what a line cannot hold.
        """
        extra = extra_keys(document, {"text", "entities", "relations"}, losses)
        kept = extra.pop(KEPT, None)
        name = extra.pop("id", document.id)
        document = plain(document, _HELD, losses)
        document, text, offsets = with_text(document, losses)
        ruler = Ruler(text, self.counted_in)
        document, gone, relations = keep_mentions(
            document,
            lambda span: None not in [ruler.units(each) for each in chars_of(span, offsets)],
        )
        place = f"document {document.id!r}"
        if gone:
            losses.add(
                f"mentions that are no whole {_CALLED[self.counted_in]} left out", place, gone
            )
        if relations:
            losses.add("relations of entities without a mention left out", place, relations)
        rows = self._rows(document, offsets, ruler)
        found = self._again(text, rows)
        if isinstance(kept, dict) and _same(before := self._again(text, kept), document):
            rows, found = kept, before
        count_reread(document, found, losses)
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
        try:
            return self.read({"text": text} | rows, "", "", Losses())
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
        raise DataError(f"{place}: needs one of the keys {', '.join(keys)}; found {sorted(record)}")
    return found


def _row(row: Any, where: str) -> tuple[int | None, str, int, int]:
    """Number, label and offsets of an object, or of a list of start, end and label."""
    if isinstance(row, dict):
        number = row.get("id")
        return (
            None if number is None else integer(number, where, "id"),
            # A label of an `annotations` row is its number.
            identity(row.get("label"), "", where, "label") or _no_label(row, where),
            integer(row.get("start_offset"), where, "start_offset"),
            integer(row.get("end_offset"), where, "end_offset"),
        )
    if not isinstance(row, list) or len(row) != 3:
        raise DataError(f"{where} must be [start, end, label] or an object, not {shown(row)}")
    start, end, label = row
    return None, string(label, where, "label"), integer(start, where, "0"), integer(end, where, "1")


def _no_label(row: dict[str, Any], where: str) -> str:
    raise DataError(f"{where} needs a label; found {sorted(row)}")


def _relations(value: Any, names: dict[int, int], place: str, losses: Losses) -> Iterator[Relation]:
    for index, item in enumerate(sequence(value, place, "relations")):
        where = f"{place}: relations[{index}]"
        row = mapping(item, where, "a relation")
        label = string(row.get("type"), where, "type")
        ends = [integer(row.get(key), where, key) for key in ("from_id", "to_id")]
        missing = [each for each in ends if each not in names]
        if missing:
            kind = "relations to an id that no entity of the line has left out"
            losses.add(kind, f"{where}, {missing[0]}")
        else:
            yield Relation(label, names[ends[0]], names[ends[1]])
