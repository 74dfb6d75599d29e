"""One corpus format into another, with a report of what the target cannot hold."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from jointre.data.losses import Losses
from jointre.data.readers.reader import Reader
from jointre.data.schema import Document
from jointre.data.split import split
from jointre.inputs import refuse_replaced


def convert(source: Path, target: Path, reader: Reader, writer: Reader) -> Losses:
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
    before, reader.losses = reader.losses, Losses()
    parting = Losses()
    try:
        documents: Iterable[Document] = reader.read(source)
        if writer.unit == "sentence":
            documents = _parted(documents, parting)
        written = writer.write(documents, target)
        report = Losses()
        for losses in (reader.losses, parting, written):
            report.merge(losses)
        return report
    finally:
        before.merge(reader.losses)
        reader.losses = before


def _parted(documents: Iterable[Document], losses: Losses) -> Iterator[Document]:
    for document in documents:
        units = split([document], "sentence", losses)
        if [unit.document for unit in units] == [document]:
            yield document
            continue
        for kind, lost in (
            ("entities with several mentions taken apart into mentions", _several(document)),
            ("keys of documents left out", len(document.extra) if len(units) > 1 else 0),
        ):
            if lost:
                losses.add(kind, f"document {document.id!r}", lost)
        yield from (unit.document for unit in units)


def _several(document: Document) -> int:
    return sum(len(entity.mentions) > 1 for entity in document.entities)
