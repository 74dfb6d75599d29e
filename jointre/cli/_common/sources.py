"""The input of ``jointre predict``: texts, records of any known format, standard input."""

import json
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import typer

from jointre.cli._common.options import log
from jointre.cli._common.pipes import OpenPipe
from jointre.cli._common.readers import reader_of
from jointre.data.parts import SplitBy, parts

if TYPE_CHECKING:
    from jointre.data.schema import Document
    from jointre.inference import Predictor

OnError = Literal["stop", "skip"]

STDIN = Path("-")
_TABLES = (".csv", ".tsv")
_BINARY = ((b"%PDF", "a PDF file"), (b"PK\x03\x04", "a zip file, as those of office programs are"))
_MARKED = (b"{\\rtf", b"<!doctype", b"<html", b"<?xml")
_BOM = "\ufeff"


def is_text(path: Path) -> bool:
    """Whether the file's name says that it holds text, not records."""
    name = path.name.removesuffix(".gz")
    return not name.endswith((".jsonl", ".json", ".ann", ".spacy"))


def read(
    sources: Sequence[Path],
    format: str | None,
    part: SplitBy | None,
    predictor: "Predictor",
    failed: list[Path],
    pipe: OpenPipe | None = None,
    on_error: OnError | None = None,
) -> Iterator["Document"]:
    """The documents of files and of standard input, one at a time, with different ids.

    A file that cannot be read is reported, and the others are read.

    Args:
        sources: files, or ``STDIN``.
        format: Name of the reader of all files; None: texts are recognised, and the format of
            records is detected.
        part: of a text that is a document; by default the file, of which a line tells where that
            matters.
        predictor: that will read them.
        failed: Receives the files that could not be read completely.
        pipe: Standard input if it is read as it arrives.
        on_error: What a reader does at records with errors; None: its default, which is to stop.

    Raises:
        DataError: No file can be read.
    """
    from jointre.errors import DataError

    seen: set[str] = set()
    for path, name in zip(sources, names_of(sources), strict=True):
        try:
            for document in _of_source(path, name, format, part, predictor, pipe, on_error):
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
    """The ids of files: their names, or where names are equal their paths below a common folder."""
    names = ["stdin" if path == STDIN else path.name for path in sources]
    counts = Counter(names)
    full = [os.path.abspath(path) for path in sources]
    doubled = [place for place, name in zip(full, names, strict=True) if counts[name] > 1]
    if len(set(doubled)) < 2:
        return names
    root = os.path.commonpath([os.path.dirname(place) for place in doubled])
    return [
        Path(os.path.relpath(place, root)).as_posix() if counts[name] > 1 else name
        for place, name in zip(full, names, strict=True)
    ]


def _of_source(
    path: Path,
    name: str,
    format: str | None,
    part: SplitBy | None,
    predictor: "Predictor",
    pipe: OpenPipe | None,
    on_error: OnError | None,
) -> Iterator["Document"]:
    from jointre.formats.common.files import read_text

    if path == STDIN:
        yield from _of_stdin(part, predictor, pipe)
        return
    chosen = format or format_of(path)
    if chosen is None:
        yield from _documents(read_text(path), name, part, predictor)
        return
    if format is None and is_text(path):
        log(f"{path}: read as records of the format {chosen!r}")
    reader = reader_of(chosen, None, on_error)
    yield from reader.read(path)
    for line in reader.skipped.lines():
        log(f"{path}: {line}")


def format_of(path: Path) -> str | None:
    """The reader for a file, None for a text.

    Raises:
        DataError: The file is neither a text nor of a known format.
    """
    from jointre.errors import DataError
    from jointre.formats.common.detect import detect
    from jointre.formats.common.files import opened

    found = detect(path)
    if found is not None or path.is_dir():
        if found is None:
            raise DataError(f"{path}: this is a folder without a known corpus; name files in it")
        return found
    name = path.name.removesuffix(".gz").lower()
    if name.endswith(".jsonl"):
        return "jsonl"
    with opened(path) as stream:
        head = stream.read(1 << 20)
    kind = _refused(name, head)
    if kind is not None:
        raise DataError(
            f"{path}: this is {kind}, not plain text. Save its text as a .txt file (with "
            "--documents line if each line is a document), or write one JSON record per line, "
            '{"id": "a", "text": "..."}, to a .jsonl file'
        )
    return None


def _refused(name: str, head: bytes) -> str | None:
    """What a file is if it is not a text."""
    for magic, kind in _BINARY:
        if head.startswith(magic):
            return kind
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))  # decoding says what to do
    if b"\0" in head and not utf16:
        return "a binary file"
    if head.lstrip().lower().startswith(_MARKED):
        return "a file with markup"
    if name.endswith(_TABLES):
        return "a table"
    if name.endswith(".json") or _is_json(head.decode("utf-8-sig", errors="replace")):
        return "JSON of an unknown format"
    return None


def _is_json(text: str) -> bool:
    """Whether a text, or its first line, is a JSON object or a list of objects or lists."""
    if not text.lstrip().startswith(("{", "[")):
        return False
    for candidate in (text, text.strip().split("\n", 1)[0]):
        try:
            value = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return True
        return any(isinstance(item, dict | list) for item in value)
    return False


def _documents(
    text: str, name: str, part: SplitBy | None, predictor: "Predictor"
) -> Iterator["Document"]:
    if part is None and predictor.model.unit == "document":
        lines, paragraphs = (sum(1 for _ in parts(text, some)) for some in ("line", "paragraph"))
        if lines > 1:
            log(
                f"{name}: {lines} lines in {paragraphs} paragraphs, read as one document; say "
                "--documents file, paragraph or line"
            )
    for line, some in parts(text, part or "file"):
        yield predictor.read(some, f"{name}:{line}" if part in ("paragraph", "line") else name)


def _of_stdin(
    part: SplitBy | None, predictor: "Predictor", pipe: OpenPipe | None
) -> Iterator["Document"]:
    """The documents of standard input; lines and paragraphs as soon as they are complete."""
    from jointre.errors import DataError

    stream = typer.get_binary_stream("stdin")
    if stream.isatty():
        log("reading text from the terminal; end it with Ctrl-D (Ctrl-Z and Enter on Windows)")
    number = 0
    block: list[str] = []
    for line in _lines(pipe or stream):
        number += 1
        if number == 1 and (_is_json(line) or "\0" in line):
            raise DataError(
                "standard input: this is not plain text; save it to a file (records as .jsonl) and "
                "name that file"
            )
        ends = part == "line" or (part == "paragraph" and not line.strip())
        block.append(line)
        if ends:
            yield from _block(block, number, part, predictor)
            block = []
    if part in ("line", "paragraph"):
        yield from _block(block, number, part, predictor)
    else:
        yield from _documents("".join(block), "stdin", part, predictor)


def _block(
    block: Sequence[str], last: int, part: SplitBy | None, predictor: "Predictor"
) -> Iterator["Document"]:
    """The documents of some lines of standard input, the last of which has a number."""
    before = last - len(block)
    for line, text in parts("".join(block), part or "file"):
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


def open_pipe(sources: Sequence[Path], part: SplitBy | None) -> OpenPipe | None:
    """Standard input if its lines or paragraphs are predicted as they arrive.

    Args:
        sources: files, or ``STDIN``.
        part: of a text that is a document.
    """
    if STDIN not in sources or part not in ("line", "paragraph"):
        return None
    try:
        descriptor = sys.stdin.fileno()
        return None if stat.S_ISREG(os.fstat(descriptor).st_mode) else OpenPipe(descriptor)
    except (OSError, ValueError):  # not an open file, as in tests
        return None


def total_of(
    sources: Sequence[Path],
    format: str | None,
    part: SplitBy | None,
    on_error: OnError | None = None,
) -> int | None:
    """Number of documents, None where it cannot be known before they are read."""
    from jointre.errors import JointreError
    from jointre.formats.common.files import read_text

    if STDIN in sources:
        return None
    total = 0
    for path in sources:
        try:
            chosen = format or format_of(path)
            if chosen is not None:
                total += sum(1 for _ in reader_of(chosen, None, on_error).read(path))
            elif part in ("line", "paragraph"):
                total += sum(1 for _ in parts(read_text(path), part))
            else:
                total += 1
        except JointreError:  # reported when the file is read
            continue
    return total
