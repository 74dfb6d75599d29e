"""Reader and writer of a format of tab-separated lines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, final

from jointre.data.fields import shown, span
from jointre.data.schema import Document, Entity, Relation
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import Reader, Writer
from jointre.formats.common.files import read_lines
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.supported import plain
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.common.writable import TEXT, writable
from jointre.outputs import replaced

FIELDS = {
    "document": ("id",),
    "words": ("words separated by spaces",),
    "entity": ("label", "start", "end"),
    "relation": ("label", "head", "tail"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """The place, the kind and the fields of a line."""

    place: str
    kind: str
    fields: tuple[str, ...]

    def number(self, index: int) -> int:
        """A field as a number from 0."""
        text, name = self.fields[index], FIELDS[self.kind][index]
        if not (text.isascii() and text.isdigit()):
            raise DataError(f"{self.place}: {name} must be a number from 0, not {shown(text)}")
        return int(text)


@final
@Reader.register("tabbed")
class TabbedReader(Reader):
    """Lines of fields separated by tabs: ``document``, ``words``, then ``entity``, ``relation``.

    ``document id`` begins a document, ``words`` has its words, separated by spaces. An ``entity``
    has a label, the first word and the word after the last, counted from 0. A ``relation`` has a
    label and the numbers of two entities. Blank lines are ignored.

    Args:
        types: Types file, as for :class:`SpertReader`.
        on_error: ``"stop"`` raises an error that lists the first 20 mistakes; ``"skip"`` skips and
            counts wrong records.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; null: the default.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".tabbed",)

    def __init__(
        self,
        types: Path | None = None,
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """Whether the file begins with a document."""
        return 0.9 if head.startswith("document\t") else 0.0

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        lines: list[tuple[str, str]] = []
        for number, text in read_lines(reading.path, reading.guard, self.max_unpacked):
            if text.startswith("document\t") and lines:
                yield from _read_record(lines, reading)
                lines = []
            lines.append((f"{reading.path}:{number}", text))
        yield from _read_record(lines, reading)


@final
@Writer.register("tabbed")
class TabbedWriter(Writer):
    """Writes lines of fields separated by tabs, and counts what they cannot hold.

    A document with white space in a word, or a tab or line end in its id or a label, is skipped.
    """

    unit: ClassVar[Literal["sentence", "document"]] = "sentence"
    suffixes: ClassVar[tuple[str, ...]] = (".tabbed",)

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        with replaced(path) as stream:
            for document in writable(documents, skipped, TEXT):
                before = skipped.copy()
                try:
                    stream.write(_record(document, skipped))
                except DataError as error:
                    skipped.restore(before)
                    skipped.add("documents that the format cannot hold skipped", str(error))


def _read_record(
    lines: Sequence[tuple[str, str]], reading: Reading
) -> Iterator[tuple[str, Document]]:
    """The document in these lines; nothing if they are wrong and ``on_error`` is "skip"."""
    with reading.record():
        parsed = [_parsed(text, place) for place, text in lines]
        yield parsed[0].place, _document(parsed)


def _parsed(text: str, place: str) -> Line:
    kind, *fields = text.rstrip("\r\n").split("\t")
    if kind not in FIELDS:
        raise DataError(
            f"{place}: a line begins with one of {', '.join(FIELDS)} and a tab, not {shown(kind)}"
        )
    if len(fields) != len(FIELDS[kind]):
        raise DataError(
            f"{place}: {kind} needs {len(FIELDS[kind])} fields ({', '.join(FIELDS[kind])}) after "
            f"it, each after a tab; it has {len(fields)}"
        )
    return Line(place, kind, tuple(fields))


def _document(lines: Sequence[Line]) -> Document:
    """Make a document from its lines."""
    if [line.kind for line in lines[:2]] != ["document", "words"]:
        raise DataError(f"{lines[0].place}: a document begins with 'document', then 'words'")
    for line in lines[2:]:
        if line.kind == "words":
            raise DataError(f"{line.place}: a document has one line 'words'; this is a second")
    words = tuple(lines[1].fields[0].split())
    entities = []
    for line in lines:
        if line.kind == "entity":
            place = span(line.number(1), line.number(2), len(words), line.place, "the entity")
            entities.append(Entity(line.fields[0], (place,)))
    relations = [_relation(line, len(entities)) for line in lines if line.kind == "relation"]
    return Document(lines[0].fields[0], words, entities=tuple(entities), relations=tuple(relations))


def _relation(line: Line, count: int) -> Relation:
    head, tail = line.number(1), line.number(2)
    if max(head, tail) >= count:
        raise DataError(
            f"{line.place}: the relation joins entities {head} and {tail}, but the document has "
            f"{count}, counted from 0"
        )
    return Relation(line.fields[0], head, tail)


def _record(document: Document, skipped: SkippedData) -> bytes:
    """The lines of a document and the blank line after them.

    Raises:
        DataError: A word, a label or the id cannot stand between tabs.
    """
    if document.extra:
        skipped.add("keys of documents skipped", f"document {document.id!r}", len(document.extra))
    lines = _lines(plain(document, frozenset(), skipped))
    return b"".join(_encoded(line, document) for line in lines) + b"\n"


def _lines(document: Document) -> Iterator[tuple[str, ...]]:
    for word in document.tokens:
        if any(letter.isspace() for letter in word):
            raise DataError(
                f"document {document.id!r}: the format separates words by spaces and cannot hold "
                f"the word {shown(word)}; write 'jsonl' instead"
            )
    yield "document", document.id
    yield "words", " ".join(document.tokens)
    for entity in document.entities:
        yield "entity", str(entity.label), str(entity.span.start), str(entity.span.end)
    for relation in document.relations:
        yield "relation", relation.label, str(relation.head), str(relation.tail)


def _encoded(line: Sequence[str], document: Document) -> bytes:
    text = "\t".join(line)
    if text.count("\t") >= len(line) or "\n" in text or text.endswith("\r"):
        raise DataError(
            f"document {document.id!r}: the format cannot hold the tab or line end in "
            f"{shown(line[1])}; write 'jsonl' instead"
        )
    return f"{text}\n".encode()
