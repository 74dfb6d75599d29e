"""Predictions as jsonl records, to a file or to standard output."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from jointre.data.losses import Losses
from jointre.data.readers import Reader
from jointre.data.readers.files import dump, replaced
from jointre.data.readers.jsonl_record import record_of
from jointre.data.schema import Document
from jointre.data.views import page


def write(
    documents: Iterable[Document],
    output: Path | None,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Write documents as they come.

    Args:
        documents: predictions.
        output: a file that appears when it is whole; None: standard output, line by line.
        progress: called with 1 for each document.
    """
    counted = _counted(documents, progress)
    if output is not None:
        Reader.by_name("jsonl")().write(counted, output)
        return
    for document in counted:
        line = dump(record_of(document, Losses()), f"document {document.id!r}")
        sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


def pictured(documents: Iterable[Document], output: Path) -> Iterator[Document]:
    """The documents as they come, each drawn into a page on its way.

    Args:
        documents: predictions.
        output: a page of HTML that appears when it is whole.
    """
    with replaced(output) as stream:
        stream.write(page.start(output.stem).encode())
        for document in documents:
            stream.write(page.figure(document, "relations", {}).encode())
            yield document
        stream.write(page.END.encode())


def _counted(documents: Iterable[Document], progress: Callable[[int], None]) -> Iterator[Document]:
    for document in documents:
        yield document
        progress(1)
