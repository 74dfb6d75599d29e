"""Predictions as jsonl records, to a file or to standard output."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from jointre.data.schema import Document, record_of
from jointre.data.skipped import SkippedData
from jointre.display import page
from jointre.errors import DataError
from jointre.formats.common.files import dump
from jointre.outputs import replaced
from jointre.plurals import counted


def partial_of(output: Path) -> Path:
    """The file to which an output is written until it is complete."""
    return output.with_name(f"{output.name}.partial")


def whole_records(output: Path, group: int) -> int:
    """Cut a partial output after its last complete group of records, and count its records.

    Documents are predicted in groups; a group that is predicted again as a whole gives the same
    bytes.

    Args:
        output: The file that is being written.
        group: Number of documents that are predicted together.
    """
    partial = partial_of(output)
    if not partial.exists():
        return 0
    ends = [0]
    with partial.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                ends.append(ends[-1] + len(line))
    records = (len(ends) - 1) // group * group
    os.truncate(partial, ends[records])
    return records


def refuse_partial(output: Path, resumable: bool) -> None:
    """Check that no interrupted run left records that a new run would overwrite.

    Args:
        output: The file that will be written.
        resumable: Whether ``--resume`` can continue it.

    Raises:
        DataError: The partial file has records.
    """
    partial = partial_of(output)
    if not partial.is_file() or partial.stat().st_size == 0:
        return
    resume = "add --resume to continue it, or " if resumable else ""
    raise DataError(
        f"{partial}: an interrupted run left {counted(_records_in(partial), 'records')} here; "
        f"{resume}delete or rename this file to start again"
    )


@contextmanager
def explained_interruption(
    output: Path | None, resumable: bool, log: Callable[[str], None]
) -> Iterator[None]:
    """Log how many records are saved and how to continue if Ctrl-C ends the block.

    Args:
        output: The file that is being written; None: standard output.
        resumable: Whether ``--resume`` can continue it.
        log: Takes the message.
    """
    try:
        yield
    except KeyboardInterrupt:
        partial = None if output is None else partial_of(output)
        if partial is None or not partial.is_file():
            log("interrupted")
        else:
            remedy = ". To continue, repeat the command with --resume" if resumable else ""
            records = counted(_records_in(partial), "records")
            log(f"interrupted: {records} kept in {partial}{remedy}")
        raise


def _records_in(partial: Path) -> int:
    with partial.open("rb") as stream:
        return sum(line.endswith(b"\n") for line in stream)


def write(
    documents: Iterable[Document],
    output: Path | None,
    progress: Callable[[int], None] = lambda documents: None,
    resume: bool = False,
) -> None:
    """Write documents as they arrive; each record is written at once.

    Args:
        documents: Predicted documents.
        output: A file that grows as ``FILE.partial`` and is renamed when it is complete; an
            interruption leaves the partial file. None: standard output.
        progress: Called with 1 for each document.
        resume: Append to the partial file instead of overwriting it.

    Raises:
        DataError: The file cannot be written.
    """
    if output is None:
        for document in documents:
            sys.stdout.buffer.write(_record(document))
            sys.stdout.buffer.flush()
            progress(1)
        return
    if output.exists() and not output.is_file():  # a device or a pipe
        with replaced(output) as stream:
            for document in documents:
                stream.write(_record(document))
                progress(1)
        return
    if output.is_dir() or not output.parent.is_dir():
        with replaced(output):  # raises the error that says what is wrong
            return
    _write_partial(documents, output, progress, resume)


def _write_partial(
    documents: Iterable[Document], output: Path, progress: Callable[[int], None], resume: bool
) -> None:
    partial = partial_of(output)
    try:
        with partial.open("ab" if resume else "wb", buffering=0) as stream:
            for document in documents:
                stream.write(_record(document))
                progress(1)
        _finish(partial, output)
    except DataError:
        if partial.exists() and partial.stat().st_size == 0:
            partial.unlink()
        raise
    except OSError as error:
        raise DataError(f"{output}: cannot be written: {error.strerror or error}") from error


def _finish(partial: Path, output: Path) -> None:
    """Give the complete output its name, compressed for ``.gz``."""
    if output.suffix == ".gz":
        with partial.open("rb") as source, replaced(output) as target:
            while block := source.read(1 << 20):
                target.write(block)
        partial.unlink()
    else:
        partial.replace(output)


def _record(document: Document) -> bytes:
    line = dump(record_of(document, SkippedData()), f"document {document.id!r}")
    return line.encode() + b"\n"


def triples(document: Document) -> Iterator[str]:
    """Lines for people to read: entities, then relations, in words.

    Args:
        document: Predicted document.
    """
    yield f"{document.id}:"
    for entity in document.entities:
        words = " | ".join(" ".join(document.text_of(span).split()) for span in entity.mentions)
        yield f"  {entity.label}: {words}{_percent(entity.score)}"
    for head, label, tail, score in document.triples():
        yield f"  {head} -- {label} -> {tail}{_percent(score)}"
    if not document.entities:
        yield "  nothing found"


def _percent(score: float | None) -> str:
    return "" if score is None else f" ({score:.0%})"


def show(
    documents: Iterable[Document], progress: Callable[[int], None] = lambda documents: None
) -> None:
    """Print triples for people to read, document by document.

    Args:
        documents: Predicted documents.
        progress: Called with 1 for each document.
    """
    for document in documents:
        sys.stdout.write("".join(f"{line}\n" for line in triples(document)))
        sys.stdout.flush()
        progress(1)


def pictured(
    documents: Iterable[Document], output: Path, colors: Mapping[str, str] | None = None
) -> Iterator[Document]:
    """Draw documents on a page while they pass through.

    Args:
        documents: Predicted documents.
        output: HTML page to write, which appears when it is complete.
        colors: Colours of labels, instead of the default ones.
    """
    with replaced(output) as stream:
        stream.write(page.start(output.stem).encode())
        for document in documents:
            stream.write(page.figure(document, "relations", colors or {}).encode())
            yield document
        stream.write(page.END.encode())
