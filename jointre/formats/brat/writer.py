"""The writer of brat's files: the text of a document, and the lines of its .ann file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import ClassVar, final

from jointre.data.char_spans import InsideWords, Offsets, WordRules, chars_of
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.words import check_language
from jointre.errors import DataError
from jointre.formats.brat.files import Names
from jointre.formats.brat.lines import EQUIVALENCE, Event, Other, database_name, parse_line
from jointre.formats.brat.record import BratOptions, BratRecord, document_of
from jointre.formats.common.leading_mark import MARK
from jointre.formats.common.supported import count_unheld, plain
from jointre.formats.common.texts import count_reread, utf8, with_text
from jointre.formats.common.writable import TEXT, writable
from jointre.formats.writer import Writer
from jointre.outputs import replaced_folder

HELD = frozenset({"text", "offsets", "sentences", "clusters", "entity_ids"})
_LINE = re.compile(r"[^\r\n]+")


def record_of(document: Document, skipped: SkippedData) -> BratRecord:
    """The text of a document and its annotation lines.

    Each mention is a line; the mentions of one entity, and the members of a cluster, are joined by
    a line of equivalence. A mention that goes beyond a line end is cut there, as the tool does.

    Args:
        document: Document to write.
        skipped: Counts what is skipped or changed.

    Raises:
        DataError: The text cannot be written to a file.
    """
    document = plain(document, HELD, skipped)
    document, text, offsets = with_text(document, skipped)
    utf8(text, document.id)
    lines = tuple(("", line) for line in _lines(document, text, offsets, skipped))
    return BratRecord(document.id, text, lines)


def _lines(document: Document, text: str, offsets: Offsets, skipped: SkippedData) -> Iterator[str]:
    location = f"document {document.id!r}"
    for number, entity in enumerate(document.entities, start=1):
        parts = _parts(text, *chars_of(entity.span, offsets))
        shape = ";".join(f"{start} {end}" for start, end in parts)
        shown = " ".join(text[start:end] for start, end in parts).replace("\t", " ")
        yield f"T{number}\t{_word(entity.label or '', location, skipped)} {shape}\t{shown}"
    for number, relation in enumerate(document.relations, start=1):
        label = _word(relation.label, location, skipped)
        yield f"R{number}\t{label} Arg1:T{relation.head + 1} Arg2:T{relation.tail + 1}"
    for group in document.clusters:
        yield " ".join((f"{EQUIVALENCE}\tEquiv", *(f"T{member + 1}" for member in group)))
    numbers = count(1)
    for number, entity in enumerate(document.entities, start=1):
        name = None if entity.id is None else database_name(entity.id)
        if name is not None:
            yield f"N{next(numbers)}\tReference T{number} {name}\t{entity.id}"
        elif entity.id is not None:
            skipped.add("ids of entities skipped, being empty or with white space", location)


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The part of a mention on each line, without white space around it."""
    parts = []
    for line in _LINE.finditer(text, start, end):
        left, right = line.span()
        left += len(line[0]) - len(line[0].lstrip())
        right -= len(line[0]) - len(line[0].rstrip())
        if left < right:
            parts.append((left, right))
    return parts


def _word(label: str, location: str, skipped: SkippedData) -> str:
    """The label with underscores for white space, which would end it."""
    word = "_".join(label.split()) or "_"
    if word != label:
        skipped.add("labels written without their white space", location)
    return word


_OPTIONS = [
    BratOptions(parts, clusters, events)
    for events in ("triggers", "relations")
    for clusters in ("keep", "merge")
    for parts in ("skip", "cover")
]
"""Options with which the stored lines of a document may have been read."""


@final
@Writer.register("brat")
class BratWriter(Writer):
    """Writes a new folder of .txt and .ann files.

    Annotation lines in ``extra`` are written unchanged if they still describe the document.

    Paper: https://aclanthology.org/E12-2021

    Source: https://brat.nlplab.org/standoff.html

    Args:
        language: Language with which the files will be read, as a spaCy code; differences in words
            and sentences are counted.
        inside_words: What the reader will do if a mention begins or ends inside a word.

    Raises:
        ConfigError: spaCy does not know the language.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".ann",)
    folders: ClassVar[bool] = True

    def __init__(self, language: str = "en", inside_words: InsideWords = "split") -> None:
        self.words = WordRules(check_language(language), inside_words)

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        names = Names(skipped)
        with replaced_folder(path) as folder:
            for document in writable(documents, skipped, TEXT):
                record = self._written(document, skipped)
                name = names.of(document.id)
                text = folder / f"{name}.txt"
                text.parent.mkdir(parents=True, exist_ok=True)
                # Reading removes one mark, so a text that begins with one gets a second.
                mark = MARK if record.text.startswith(MARK) else ""
                text.write_bytes(utf8(mark + record.text, document.id))
                content = "".join(f"{line}\n" for _, line in record.lines)
                text.with_name(f"{text.name[:-4]}.ann").write_bytes(utf8(content, document.id))

    def _written(self, document: Document, skipped: SkippedData) -> BratRecord:
        stored_lines = document.extra.get("annotations")
        other_keys = len(document.extra.keys() - {"annotations"})
        if other_keys:
            skipped.add("keys of documents skipped", f"document {document.id!r}", other_keys)
        if isinstance(stored_lines, list) and all(isinstance(line, str) for line in stored_lines):
            if document.text is not None and "\n" not in "".join(stored_lines):
                lines = tuple(("", line) for line in stored_lines)
                stored_record = BratRecord(document.id, document.text, lines)
                if self._reads_as(stored_record, document):
                    count_unheld(document, HELD, skipped)
                    return stored_record
            _count_changed(stored_lines, document, skipped)
        record = record_of(document, skipped)
        count_reread(document, _reread(record, BratOptions(words=self.words)), skipped)
        return record

    def _reads_as(self, record: BratRecord, document: Document) -> bool:
        """Whether reading the record gives the document with any of the options."""
        return any(
            _reread(record, replace(options, words=self.words)) == document for options in _OPTIONS
        )


def _reread(record: BratRecord, options: BratOptions) -> Document | None:
    """The document that reading the record will give; None if it cannot be read."""
    try:
        return document_of(record, options, "", SkippedData())
    except DataError:
        return None


def _count_changed(stored_lines: list[str], document: Document, skipped: SkippedData) -> None:
    """Count stored lines of kinds that a Document cannot hold, and which are lost."""
    for line in stored_lines:
        try:
            annotation = parse_line(line, "")
        except DataError:
            continue
        if isinstance(annotation, Event | Other):
            kind = f"{annotation.kind}s skipped, because the document has changed"
            skipped.add(kind, f"document {document.id!r}")
