"""One corpus format into another, with a report of what the target cannot hold."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.split import split
from jointre.formats.reader import Reader
from jointre.inputs import refuse_replaced


def convert(source: Path, target: Path, reader: Reader, writer: Reader) -> SkippedData:
    """Reads ``source`` and writes ``target``, splitting documents when it holds sentences.

    Args:
        source: a file of the reader's format.
        target: the file to write; it appears whole or not at all.
        reader: reads the source.
        writer: writes the target.

    Returns:
        What the reader could not represent, what splitting cut, and what the target
        cannot hold, in this order; an example is the first met.

    Raises:
        DataError: the source is wrong, or the target cannot be written or is one of the files that
            are read.
    """
    refuse_replaced(target, [source] if reader.types is None else [source, reader.types])
    before, reader.skipped = reader.skipped, SkippedData()
    parting = SkippedData()
    try:
        documents: Iterable[Document] = reader.read(source)
        if writer.unit == "sentence":
            documents = _parted(documents, parting)
        written = writer.write(documents, target)
        report = SkippedData()
        for skipped in (reader.skipped, parting, written):
            report.merge(skipped)
        return report
    finally:
        before.merge(reader.skipped)
        reader.skipped = before


def _parted(documents: Iterable[Document], skipped: SkippedData) -> Iterator[Document]:
    for document in documents:
        units = split([document], "sentence", skipped)
        if [unit.document for unit in units] == [document]:
            yield document
            continue
        for kind, lost in (
            ("entities with several mentions taken apart into mentions", _several(document)),
            ("keys of documents left out", len(document.extra) if len(units) > 1 else 0),
        ):
            if lost:
                skipped.add(kind, f"document {document.id!r}", lost)
        yield from (unit.document for unit in units)


def _several(document: Document) -> int:
    return sum(len(entity.mentions) > 1 for entity in document.entities)
