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
        Counts of what reading, splitting and writing skipped, in this order.

    Raises:
        DataError: The source has errors, or the target cannot be written or is one of the files
            that are read.
    """
    refuse_replaced(target, [source] if reader.types is None else [source, reader.types])
    report, skipped_by_splitting, skipped_by_writer = SkippedData(), SkippedData(), SkippedData()
    documents: Iterable[Document] = reader.read(source, report)
    if writer.unit == "sentence":
        documents = _sentences(documents, skipped_by_splitting)
    writer.write(documents, target, skipped_by_writer)
    report.merge(skipped_by_splitting)
    report.merge(skipped_by_writer)
    return report


def _sentences(documents: Iterable[Document], skipped: SkippedData) -> Iterator[Document]:
    for document in documents:
        sentences = split([document], "sentence", skipped)
        if [sentence.document for sentence in sentences] == [document]:
            yield document
            continue
        for kind, count in (
            (
                "entities with several mentions taken apart into mentions",
                _entities_with_several_mentions(document),
            ),
            ("keys of documents skipped", len(document.extra) if len(sentences) > 1 else 0),
        ):
            if count:
                skipped.add(kind, f"document {document.id!r}", count)
        yield from (sentence.document for sentence in sentences)


def _entities_with_several_mentions(document: Document) -> int:
    return sum(len(entity.mentions) > 1 for entity in document.entities)
