"""The input of ``jointre predict``: texts, records of any known format, standard input."""

import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

from jointre.cli._common.output import log
from jointre.cli._common.pipes import OpenPipe
from jointre.cli._common.readers import reader_of
from jointre.data.text_parts import SplitBy, parts

if TYPE_CHECKING:
    from jointre.data.schema import Document
    from jointre.formats import Reader
    from jointre.inference import Predictor

STDIN = Path("-")
_BOM = "\ufeff"
TEXT = "text"


def is_text(path: Path, format: str | None) -> bool:
    """Whether a source is read as text, not as records.

    Args:
        path: The source.
        format: Name of the reader of all sources; None: it is detected.

    Raises:
        DataError: It is a folder without a known corpus.
    """
    return path == STDIN or (format or format_of(path)) == TEXT


def read(
    sources: Sequence[Path],
    format: str | None,
    split_by: SplitBy | None,
    predictor: "Predictor",
    failed: list[Path],
    pipe: OpenPipe | None = None,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator["Document"]:
    """The documents of files and of standard input, one at a time, with different ids.

    A file that cannot be read is reported, and the others are read.

    Args:
        sources: Files, or ``STDIN``.
        format: Name of the reader of all files; None: texts are recognised, and the format of
            records is detected.
        split_by: What becomes a document; by default the file, which is logged where it matters.
        predictor: Predictor that will read the documents.
        failed: Receives the files that could not be read completely.
        pipe: Standard input if it is read as it arrives.
        options: Options of the readers.

    Raises:
        DataError: No file can be read.
    """
    from jointre.errors import DataError

    seen: set[str] = set()
    for path, name in zip(sources, names_of(sources), strict=True):
        try:
            for document in _of_source(path, name, format, split_by, predictor, pipe, options):
                id = document.id
                if id in seen:
                    id = f"{name}:{id}" if path != STDIN else id
                if id in seen:
                    raise DataError(f"{path}: the id {id!r} occurs twice; name each file once")
                seen.add(id)
                yield document if id == document.id else replace(document, id=id)
        except DataError as error:
            failed.append(path)
            if len(failed) == len(sources):
                raise
            log(f"skipped: {error}")


def names_of(sources: Sequence[Path]) -> list[str]:
    """Ids of files: their names, or their paths below a common folder if two names are equal."""
    names = ["stdin" if path == STDIN else path.name for path in sources]
    counts = Counter(names)
    paths = [os.path.abspath(path) for path in sources]
    ambiguous = [path for path, name in zip(paths, names, strict=True) if counts[name] > 1]
    if len(set(ambiguous)) < 2:
        return names
    root = os.path.commonpath([os.path.dirname(path) for path in ambiguous])
    return [
        Path(os.path.relpath(path, root)).as_posix() if counts[name] > 1 else name
        for path, name in zip(paths, names, strict=True)
    ]


def _of_source(
    path: Path,
    name: str,
    format: str | None,
    split_by: SplitBy | None,
    predictor: "Predictor",
    pipe: OpenPipe | None,
    options: Mapping[str, Any],
) -> Iterator["Document"]:
    from jointre.data.skipped import SkippedData
    from jointre.formats import TextReader

    if path == STDIN:
        yield from _of_stdin(split_by, predictor, pipe)
        return
    chosen = format or format_of(path)
    reader = _reader(chosen, split_by, predictor.language, options)
    if isinstance(reader, TextReader):
        if split_by is None and predictor.model.unit != "sentence":
            _explain_parts(reader.text(path), name)
    elif format is None and not _named_as(path, reader):
        log(f"{path}: read as records of the format {chosen!r}")
    skipped = SkippedData()
    for document in reader.read(path, skipped):
        file_name = path.name.removesuffix(".gz")
        if chosen == TEXT and name != file_name:
            document = replace(document, id=name + document.id.removeprefix(file_name))
        yield document
    for line in skipped.lines():
        log(f"{path}: {line}")


def _reader(
    format: str, split_by: SplitBy | None, language: str, options: Mapping[str, Any]
) -> "Reader":
    """The reader of a format; texts are split and cut into words as the command says."""
    texts = {"split_by": split_by or "file", "language": language} if format == TEXT else {}
    return reader_of(format, None, {**texts, **options})


def _named_as(path: Path, reader: "Reader") -> bool:
    """Whether the name of a file is one of the reader's format, and not one of a text."""
    name = path.name.removesuffix(".gz")
    return path.is_dir() or (name.endswith(reader.suffixes) and not name.endswith(".txt"))


def format_of(path: Path) -> str:
    """The format of a file: what it looks like, and text if it looks like nothing else.

    Raises:
        DataError: The path is a folder without a known corpus.
    """
    from jointre.errors import DataError
    from jointre.formats import detect

    detected = detect(path, texts=True)
    if detected is None and path.is_dir():
        raise DataError(f"{path}: this is a folder without a known corpus; name files in it")
    if detected in (None, TEXT) and path.name.removesuffix(".gz").lower().endswith(".jsonl"):
        return "jsonl"
    return detected or TEXT  # whose reader says why it cannot read the file


def _explain_parts(text: str, name: str) -> None:
    """Log that a text of several lines is read as one document."""
    lines, paragraphs = (sum(1 for _ in parts(text, unit)) for unit in ("line", "paragraph"))
    if lines > 1:
        log(
            f"{name}: {lines} lines in {paragraphs} paragraphs, read as one document; say "
            "--documents file, paragraph or line"
        )


def _of_stdin(
    split_by: SplitBy | None, predictor: "Predictor", pipe: OpenPipe | None
) -> Iterator["Document"]:
    """The documents of standard input; lines and paragraphs as soon as they are complete."""
    from jointre.errors import DataError
    from jointre.formats.text.reader import not_prose

    stream = typer.get_binary_stream("stdin")
    if stream.isatty():
        log("reading text from the terminal; end it with Ctrl-D (Ctrl-Z and Enter on Windows)")
    number = 0
    block: list[str] = []
    for line in _lines(pipe or stream):
        number += 1
        kind = not_prose(STDIN, line.encode()) if number == 1 else None
        if kind is not None:
            raise DataError(
                f"standard input: this is {kind}, not plain text; save it to a file (records as "
                ".jsonl) and name that file"
            )
        ends = split_by == "line" or (split_by == "paragraph" and not line.strip())
        block.append(line)
        if ends:
            yield from _block(block, number, split_by, predictor)
            block = []
    if split_by in ("line", "paragraph"):
        yield from _block(block, number, split_by, predictor)
    else:
        text = "".join(block)
        if split_by is None and predictor.model.unit != "sentence":
            _explain_parts(text, "stdin")
        yield predictor.read(text, "stdin")


def _block(
    block: Sequence[str], last: int, split_by: SplitBy | None, predictor: "Predictor"
) -> Iterator["Document"]:
    """The documents of consecutive lines of standard input.

    Args:
        block: The lines.
        last: Number of the last line, counted from 1.
        split_by: What becomes a document.
        predictor: Predictor that will read the documents.
    """
    before = last - len(block)
    for line, text in parts("".join(block), split_by or "file"):
        yield predictor.read(text, f"stdin:{before + line}")


def _lines(stream: BinaryIO | OpenPipe) -> Iterable[str]:
    """Decoded lines as they arrive, without a byte-order mark."""
    from jointre.errors import DataError

    offset = 0
    while line := stream.readline():
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise DataError(f"standard input: not UTF-8 at byte {offset + error.start}") from error
        yield text.removeprefix(_BOM) if offset == 0 else text
        offset += len(line)


def open_pipe(sources: Sequence[Path], split_by: SplitBy | None) -> OpenPipe | None:
    """Standard input if its lines or paragraphs are predicted as they arrive.

    Args:
        sources: Files, or ``STDIN``.
        split_by: What becomes a document.
    """
    if STDIN not in sources or split_by not in ("line", "paragraph"):
        return None
    try:
        descriptor = sys.stdin.fileno()
        return None if stat.S_ISREG(os.fstat(descriptor).st_mode) else OpenPipe(descriptor)
    except (OSError, ValueError):  # not an open file, as in tests
        return None


def total_of(
    sources: Sequence[Path],
    format: str | None,
    split_by: SplitBy | None,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> int | None:
    """Number of documents; None if it cannot be known before they are read."""
    from jointre.data.skipped import SkippedData
    from jointre.errors import JointreError
    from jointre.formats import TextReader

    if STDIN in sources:
        return None
    total = 0
    for path in sources:
        try:
            chosen = format or format_of(path)
            reader = _reader(chosen, split_by, "xx", options)
            if isinstance(reader, TextReader):
                total += reader.count(path)
            else:
                total += sum(1 for _ in reader.read(path, SkippedData()))
        except JointreError:  # reported when the file is read
            continue
    return total
