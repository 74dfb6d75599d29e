"""Convert one corpus format into another, with a report of what the target cannot hold."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.split import split
from jointre.formats.reader import Reader
from jointre.formats.writer import Writer
from jointre.inputs import refuse_replaced


def convert(source: Path, target: Path, reader: Reader, writer: Writer) -> SkippedData:
    """Read ``source`` and write ``target``, splitting documents if the target holds sentences.

    Args:
        source: File or folder of the reader's format.
        target: File or folder to write; it appears complete or not at all.
        reader: Reads the source.
        writer: Writes the target.

    Returns:
        What the reader could not represent, what splitting cut, and what the target
        cannot hold, in this order.

    Raises:
        DataError: The source is wrong, or the target cannot be written or is one of the files that
            are read.
    """
    refuse_replaced(target, [source] if reader.types is None else [source, reader.types])
    report, cut, unwritten = SkippedData(), SkippedData(), SkippedData()
    documents: Iterable[Document] = reader.read(source, report)
    if writer.unit == "sentence":
        documents = _sentences(documents, cut)
    writer.write(documents, target, unwritten)
    report.merge(cut)
    report.merge(unwritten)
    return report


def _sentences(documents: Iterable[Document], skipped: SkippedData) -> Iterator[Document]:
    for document in documents:
        units = split([document], "sentence", skipped)
        if [unit.document for unit in units] == [document]:
            yield document
            continue
        for kind, count in (
            ("entities with several mentions taken apart into mentions", _several(document)),
            ("keys of documents skipped", len(document.extra) if len(units) > 1 else 0),
        ):
            if count:
                skipped.add(kind, f"document {document.id!r}", count)
        yield from (unit.document for unit in units)


def _several(document: Document) -> int:
    return sum(len(entity.mentions) > 1 for entity in document.entities)
