"""A Document as brat's two files: its text, and the lines of the .ann file."""

import re
from collections.abc import Iterator
from itertools import count

from jointre.data.char_spans import Offsets, chars_of
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.formats.brat.lines import EQUIVALENCE, database_name
from jointre.formats.brat.record import Record
from jointre.formats.common.supported import plain
from jointre.formats.common.texts import utf8, with_text

HELD = frozenset({"text", "offsets", "sentences", "clusters", "entity_ids"})
_LINE = re.compile(r"[^\r\n]+")


def record_of(document: Document, skipped: SkippedData) -> Record:
    """The text of a document and its annotation lines.

    Mentions are lines of their own; those of one entity, and the members of a cluster, are
    joined by a line of equivalence. A mention that goes over a line end is cut there, as the
    tool does.

    Args:
        document: about to be written.
        skipped: counts what is left out or changed.

    Raises:
        DataError: the text cannot stand in a file.
    """
    document = plain(document, HELD, skipped)
    document, text, offsets = with_text(document, skipped)
    utf8(text, document.id)
    lines = tuple(("", line) for line in _lines(document, text, offsets, skipped))
    return Record(document.id, text, lines)


def _lines(document: Document, text: str, offsets: Offsets, skipped: SkippedData) -> Iterator[str]:
    place = f"document {document.id!r}"
    for number, entity in enumerate(document.entities, start=1):
        parts = _parts(text, *chars_of(entity.span, offsets))
        shape = ";".join(f"{start} {end}" for start, end in parts)
        shown = " ".join(text[start:end] for start, end in parts).replace("\t", " ")
        yield f"T{number}\t{_word(entity.label or '', place, skipped)} {shape}\t{shown}"
    for number, relation in enumerate(document.relations, start=1):
        label = _word(relation.label, place, skipped)
        yield f"R{number}\t{label} Arg1:T{relation.head + 1} Arg2:T{relation.tail + 1}"
    for group in document.clusters:
        yield " ".join((f"{EQUIVALENCE}\tEquiv", *(f"T{member + 1}" for member in group)))
    numbers = count(1)
    for number, entity in enumerate(document.entities, start=1):
        name = None if entity.id is None else database_name(entity.id)
        if name is not None:
            yield f"N{next(numbers)}\tReference T{number} {name}\t{entity.id}"
        elif entity.id is not None:
            skipped.add("ids of entities left out, being empty or with white space", place)


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The part of a mention on each line, without outer white space."""
    parts = []
    for line in _LINE.finditer(text, start, end):
        left, right = line.span()
        left += len(line[0]) - len(line[0].lstrip())
        right -= len(line[0]) - len(line[0].rstrip())
        if left < right:
            parts.append((left, right))
    return parts


def _word(label: str, place: str, skipped: SkippedData) -> str:
    """A label without white space, which would end it."""
    word = "_".join(label.split()) or "_"
    if word != label:
        skipped.add("labels written without their white space", place)
    return word
