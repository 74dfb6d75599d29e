"""The lines of a PubTator file: title, abstract, mentions and relations, one document at a time."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from jointre.data.fields import shown
from jointre.errors import DataError
from jointre.formats.common.copied_text import similar_text
from jointre.formats.common.files import read_lines
from jointre.formats.common.reading import FileError, Reading
from jointre.formats.pubtator.ids import split_ids
from jointre.plurals import counted

_TEXT = re.compile(r"([^|\t]+)\|([ta])\|(.*)", re.DOTALL)
_NUMBER = re.compile(r"-?\d+")
_NAME = re.compile(r"[TR]\d+")
_STANDOFF = re.compile(r"T\d+\s+\S+\s+\d+\s+\d+\s|R\d+\s+\S+\s+Arg1:")
"""A line of a mention or a relation that names no document."""


class PubtatorRecord(NamedTuple):
    """A document as a file has it.

    Args:
        id: Id with which all lines of the document begin.
        title, abstract: one line each.
        lines: place and content of each annotation, without the id and its tab.
    """

    id: str
    title: str
    abstract: str
    lines: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """What offsets count in: title, a space, abstract."""
        return f"{self.title} {self.abstract}" if self.abstract else self.title


class Mention(NamedTuple):
    """A mention as a line has it.

    Args:
        start, end: characters of the text, half-open.
        text: Text of the mention.
        label: Entity type.
        ids: Identifiers of its concepts, as listed; empty if there is no such column.
    """

    start: int
    end: int
    text: str
    label: str
    ids: tuple[str, ...]


class ConceptLink(NamedTuple):
    """A relation as a line has it: its label and the concepts it joins."""

    label: str
    head: str
    tail: str


def with_lines(record: PubtatorRecord, lines: Iterable[str]) -> PubtatorRecord:
    """The record with other annotation lines, which have no places."""
    return record._replace(lines=tuple(("", line) for line in lines))


def read_records(reading: Reading) -> Iterator[tuple[str, PubtatorRecord]]:
    """The documents of a file with the places of their titles; blank lines mean nothing.

    Args:
        reading: The reading of the file; it decides what happens to lines that are not UTF-8 or
            belong to no document, and to documents without an abstract line.
    """
    record = _Lines("", "")
    for number, content in read_lines(reading.path, reading.guard):
        here = f"{reading.path}:{number}"
        line = content.removesuffix("\n").removesuffix("\r")
        title = _TEXT.fullmatch(line)
        if title and title[2] == "t":
            if record.texts:
                with reading.record():
                    yield record.place, record.whole()
            record = _Lines(here, title[1])
            record.texts.append(title[3])
        else:
            problem = record.take(here, line, title)
            if problem is not None:
                with reading.record("lines"):
                    raise DataError(f"{here}: {problem}")
    if record.texts:
        with reading.record():
            yield record.place, record.whole()


class _Lines:
    """The lines of one document while they are collected.

    Args:
        place: Of the title.
        name: The document's id.
    """

    def __init__(self, place: str, name: str) -> None:
        self.place = place
        self.name = name
        self.texts: list[str] = []
        self.lines: list[tuple[str, str]] = []

    def take(self, place: str, line: str, abstract: re.Match[str] | None) -> str | None:
        """Adds a line other than a title, or says why it does not belong here."""
        if not self.texts:
            return f"a document begins with 'ID|t|title', not {shown(line)}"
        if abstract:
            if abstract[1] != self.name or len(self.texts) > 1 or self.lines:
                return (
                    f"the abstract of {shown(abstract[1])} in the document {shown(self.name)}; "
                    "each document has 'ID|t|title', 'ID|a|abstract' and then its annotations"
                )
            self.texts.append(abstract[3])
            return None
        owner, _, rest = line.partition("\t")
        if owner != self.name and _STANDOFF.match(line):
            return (
                f"{shown(line)} is a line of another variant of the format, whose mentions have "
                "the columns T1, label, start, end, text; export the corpus as PubTator, or as "
                "brat, whose lines are like these"
            )
        if owner != self.name:
            return (
                f"a line of {shown(owner)} in the document {shown(self.name)}; annotations follow "
                "the text of their document and begin with its id and a tab"
            )
        self.lines.append((place, rest))
        return None

    def whole(self) -> PubtatorRecord:
        """The document.

        Raises:
            DataError: It has no abstract line.
        """
        if len(self.texts) < 2:
            raise DataError(
                f"{self.place}: the document {shown(self.name)} has no line '{self.name:.60}|a|…'; "
                "it may be empty after the bars, but offsets need it"
            )
        return PubtatorRecord(self.name, self.texts[0], self.texts[1], tuple(self.lines))


def parse_line(line: str, text: str, place: str) -> Mention | ConceptLink:
    """The mention or relation of a line without its id.

    Args:
        line: Tab-separated line, ``start, end, text, label, ids`` or ``label, head, tail``; further
            columns are ignored.
        text: Text of the document.
        place: Place of the line, for messages.

    Raises:
        DataError: it is neither, or the mention's text does not stand at its offsets.
    """
    fields = line.split("\t")
    numbers = [_NUMBER.fullmatch(item) is not None for item in fields[:2]]
    if len(fields) >= 4 and all(numbers):
        ids = split_ids(fields[4]) if len(fields) > 4 else ()
        mention = Mention(int(fields[0]), int(fields[1]), fields[2], fields[3], ids)
        _check(mention, text, place)
        return mention
    if len(fields) < 3 or numbers[0]:
        raise DataError(
            f"{place}: {shown(line)} is neither a mention (id, start, end, text, label, concept) "
            "nor a relation (id, label, concept, concept), separated by tabs"
        )
    _check_columns(fields, text, place)
    return ConceptLink(fields[0], fields[1], fields[2])


def _check_columns(fields: Sequence[str], text: str, place: str) -> None:
    """Raises a FileError when a line without leading offsets is a mention of another variant."""
    shift = 2 if _NAME.fullmatch(fields[0]) else 1
    numbered = len(fields) > shift + 2 and all(map(_NUMBER.fullmatch, fields[shift : shift + 2]))
    if numbered and shift == 1:
        start, end = map(int, fields[1:3])
        numbered = 0 <= start < end and text[start:end] == fields[3]
    if numbered or any(field.startswith("Arg1:") for field in fields):
        columns = "T1, label, start, end, text" if shift == 2 else "label, start, end, text"
        raise FileError(
            f"{place}: {shown(chr(9).join(fields))} is a line of another variant of the format, "
            f"whose mentions have the columns id, {columns}. Only mentions with the columns id, "
            "start, end, text, label, concept and relations with the columns id, label, concept, "
            "concept are read; move the offsets before the text, or export the corpus as "
            "PubTator or brat"
        )


def _check(mention: Mention, text: str, place: str) -> None:
    start, end = mention.start, mention.end
    if not 0 <= start < end <= len(text):
        raise DataError(
            f"{place}: the mention {shown(mention.text)} has the offsets [{start}, {end}), but "
            f"0 <= start < end <= {counted(len(text), 'characters')} must hold"
        )
    if not similar_text(text[start:end], mention.text):
        raise DataError(
            f"{place}: the mention {shown(mention.text)} is not at its offsets [{start}, {end}), "
            f"where {shown(text[start:end])} stands; they count characters of title, one space "
            "and abstract, from 0"
        )
