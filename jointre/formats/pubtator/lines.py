"""The lines of a PubTator file: title, abstract, mentions and relations, one document at a time."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from jointre.data.fields import shown
from jointre.errors import DataError
from jointre.formats.common.copied_text import similar_text
from jointre.formats.common.files import read_lines
from jointre.formats.common.reading import FileError, Reading
from jointre.formats.common.unpacked import MaxUnpacked
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
        title, abstract: One line each.
        lines: Location and content of each annotation, without the id and its tab.
    """

    id: str
    title: str
    abstract: str
    lines: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The text to which offsets refer: title, a space, abstract."""
        return f"{self.title} {self.abstract}" if self.abstract else self.title


class Mention(NamedTuple):
    """A mention as a line has it.

    Args:
        start, end: Characters of the text, half-open.
        text: Text of the mention.
        label: Entity type.
        ids: Identifiers of its concepts in their order; empty if there is no such column.
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
    """The record with other annotation lines, which have no locations."""
    return record._replace(lines=tuple(("", line) for line in lines))


def read_records(
    reading: Reading, max_unpacked: MaxUnpacked = None
) -> Iterator[tuple[str, PubtatorRecord]]:
    """The documents of a file with the locations of their titles; blank lines have no meaning.

    Args:
        reading: The reading of the file; it decides what happens to lines that are not UTF-8 or
            belong to no document, and to documents without an abstract line.
        max_unpacked: Largest size in MiB to which the file may unpack; None: the default.
    """
    record = _Lines("", "")
    for number, content in read_lines(reading.path, reading.guard, max_unpacked):
        line_location = f"{reading.path}:{number}"
        line = content.removesuffix("\n").removesuffix("\r")
        title = _TEXT.fullmatch(line)
        if title and title[2] == "t":
            if record.texts:
                with reading.record():
                    yield record.location, record.whole()
            record = _Lines(line_location, title[1])
            record.texts.append(title[3])
        else:
            problem = record.take(line_location, line, title)
            if problem is not None:
                with reading.record("lines"):
                    raise DataError(f"{line_location}: {problem}")
    if record.texts:
        with reading.record():
            yield record.location, record.whole()


class _Lines:
    """The lines of one document while they are collected.

    Args:
        location: Location of the title.
        name: Id of the document.
    """

    def __init__(self, location: str, name: str) -> None:
        self.location = location
        self.name = name
        self.texts: list[str] = []
        self.lines: list[tuple[str, str]] = []

    def take(self, location: str, line: str, abstract: re.Match[str] | None) -> str | None:
        """Add a line other than a title, or return the reason why it does not belong here."""
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
        document_id, _, remainder = line.partition("\t")
        if document_id != self.name and _STANDOFF.match(line):
            return (
                f"{shown(line)} is a line of another variant of the format, whose mentions have "
                "the columns T1, label, start, end, text; export the corpus as PubTator, or as "
                "brat, whose lines are like these"
            )
        if document_id != self.name:
            return (
                f"a line of {shown(document_id)} in the document {shown(self.name)}; annotations "
                "follow the text of their document and begin with its id and a tab"
            )
        self.lines.append((location, remainder))
        return None

    def whole(self) -> PubtatorRecord:
        """The document.

        Raises:
            DataError: It has no abstract line.
        """
        if len(self.texts) < 2:
            raise DataError(
                f"{self.location}: the document {shown(self.name)} has no line "
                f"'{self.name:.60}|a|…'; it may be empty after the bars, but offsets need it"
            )
        return PubtatorRecord(self.name, self.texts[0], self.texts[1], tuple(self.lines))


def parse_line(line: str, text: str, location: str) -> Mention | ConceptLink:
    """The mention or relation of a line without its id.

    Args:
        line: Tab-separated line, ``start, end, text, label, ids`` or ``label, head, tail``; further
            columns are ignored.
        text: Text of the document.
        location: Location of the line, for messages.

    Raises:
        DataError: The line is neither, or the mention's text is not at its offsets.
    """
    fields = line.split("\t")
    are_numbers = [_NUMBER.fullmatch(item) is not None for item in fields[:2]]
    if len(fields) >= 4 and all(are_numbers):
        ids = split_ids(fields[4]) if len(fields) > 4 else ()
        mention = Mention(int(fields[0]), int(fields[1]), fields[2], fields[3], ids)
        _check(mention, text, location)
        return mention
    if len(fields) < 3 or are_numbers[0]:
        raise DataError(
            f"{location}: {shown(line)} is neither a mention (id, start, end, text, label, "
            "concept) nor a relation (id, label, concept, concept), separated by tabs"
        )
    _check_columns(fields, text, location)
    return ConceptLink(fields[0], fields[1], fields[2])


def _check_columns(fields: Sequence[str], text: str, location: str) -> None:
    """Raise a FileError if a line that does not begin with offsets is from another variant."""
    first_offset = 2 if _NAME.fullmatch(fields[0]) else 1
    is_other_variant = len(fields) > first_offset + 2 and all(
        map(_NUMBER.fullmatch, fields[first_offset : first_offset + 2])
    )
    if is_other_variant and first_offset == 1:
        start, end = map(int, fields[1:3])
        is_other_variant = 0 <= start < end and text[start:end] == fields[3]
    if is_other_variant or any(field.startswith("Arg1:") for field in fields):
        columns = "T1, label, start, end, text" if first_offset == 2 else "label, start, end, text"
        raise FileError(
            f"{location}: {shown(chr(9).join(fields))} is a line of another variant of the format, "
            f"whose mentions have the columns id, {columns}. Only mentions with the columns id, "
            "start, end, text, label, concept and relations with the columns id, label, concept, "
            "concept are read; move the offsets before the text, or export the corpus as "
            "PubTator or brat"
        )


def _check(mention: Mention, text: str, location: str) -> None:
    start, end = mention.start, mention.end
    if not 0 <= start < end <= len(text):
        raise DataError(
            f"{location}: the mention {shown(mention.text)} has the offsets [{start}, {end}), but "
            f"0 <= start < end <= {counted(len(text), 'characters')} must hold"
        )
    if not similar_text(text[start:end], mention.text):
        raise DataError(
            f"{location}: the mention {shown(mention.text)} is not at its offsets "
            f"[{start}, {end}), where {shown(text[start:end])} stands; they count characters "
            "of title, one space and abstract, from 0"
        )
