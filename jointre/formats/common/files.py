"""Corpus files: opened plain or gzipped, decoded, parsed and replaced as a whole."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from jointre.data.nearest import did_you_mean
from jointre.errors import DataError
from jointre.formats.common.unpacked import MaxUnpacked, unpacked_stream
from jointre.formats.common.writable import DEEPEST
from jointre.outputs import replaced

_BOM = b"\xef\xbb\xbf"


def check_file(path: Path) -> None:
    """Raise a DataError unless ``path`` is a file; the message suggests a similar name."""
    if path.is_dir():
        raise DataError(f"{path}: this is a folder; name a file in it")
    if path.exists():
        return
    folder = path.parent
    if not folder.is_dir():
        raise DataError(f"{path}: no such file; the folder {folder} does not exist")
    names = sorted(item.name for item in folder.iterdir() if item.is_file())
    raise DataError(f"{path}: no such file in {folder}{did_you_mean(path.name, names)}")


def stem(path: Path) -> str:
    """The file's name without its suffixes: ``train`` for ``train.json.gz``."""
    return path.name.removesuffix(".gz").rsplit(".", 1)[0] or path.name


@contextmanager
def opened(path: Path, max_unpacked: MaxUnpacked = None) -> Iterator[BufferedIOBase]:
    """The file's bytes, unzipped when its name ends in ``.gz`` or its content is gzip.

    Args:
        path: The file.
        max_unpacked: Largest size in MiB to which it may unpack; None: the default.
    """
    check_file(path)
    try:
        with path.open("rb") as raw:
            zipped = path.suffix == ".gz" or raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if not zipped:
                yield raw
                return
            with unpacked_stream(path, raw, max_unpacked) as stream:
                yield stream
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path}: not a whole gzip file ({error}); fetch it again") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error


def read_text(path: Path, max_unpacked: MaxUnpacked = None) -> str:
    """The text of a file without a byte-order mark; an empty file is an error."""
    text = read_characters(path, max_unpacked).removeprefix(_BOM.decode())
    if not text.strip():
        raise DataError(f"{path}: the file is empty")
    return text


def read_characters(path: Path, max_unpacked: MaxUnpacked = None) -> str:
    """All characters of a file, as offsets count them; it may be empty."""
    with opened(path, max_unpacked) as stream:
        content = stream.read()
    return _decoded(content, path, 0)


def read_lines(
    path: Path,
    guard: Callable[[], AbstractContextManager[None]] = nullcontext,
    max_unpacked: MaxUnpacked = None,
) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1, one at a time.

    Args:
        path: The file.
        guard: Handles a line that is not UTF-8; ``reading.guard`` of a reader.
        max_unpacked: Largest size in MiB to which the file may unpack; None: the default.
    """
    byte_offset, empty = 0, True
    with opened(path, max_unpacked) as stream:
        for number, line in enumerate(stream, start=1):
            text = ""
            line_without_mark = line.removeprefix(_BOM) if number == 1 else line
            empty = empty and not line_without_mark.strip()
            with guard():
                text = _decoded(line_without_mark, path, byte_offset)
            byte_offset += len(line)
            if text.strip():
                yield number, text
    if empty:
        raise DataError(f"{path}: the file is empty")


def begins_list(path: Path, max_unpacked: MaxUnpacked = None) -> bool:
    """Whether the file is one JSON list, judged by its first character."""
    with opened(path, max_unpacked) as stream:
        for line in stream:
            content = line.removeprefix(_BOM).lstrip()
            if content:
                return content.startswith(b"[")
    return False


def _decoded(content: bytes, path: Path, offset: int) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: not UTF-8 at byte {offset + error.start} "
            f"(0x{content[error.start]:02x}); convert the file to UTF-8"
        ) from error


def parse(text: str, path: Path, line: int = 1) -> Any:
    """The JSON value of ``text``, which begins at ``line`` of the file.

    NaN and infinite numbers are read as such; callers check the values they use.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        end = error.pos >= len(text.rstrip())
        hint = "; the file seems to be cut off" if end else ""
        location = f"{path}:{line + error.lineno - 1}"
        raise DataError(
            f"{location}: not JSON: {error.msg} at column {error.colno}{hint}"
        ) from error
    except RecursionError as error:
        raise DataError(
            f"{path}:{line}: lists and objects are nested too deeply for Python's JSON parser; "
            f"further keys of a record may be nested {DEEPEST} deep, and no other key needs more "
            "than 10 levels"
        ) from error
    except ValueError as error:
        raise DataError(f"{path}:{line}: not JSON: {error}") from error


def refuse_value_over_lines(path: Path, max_unpacked: MaxUnpacked = None) -> None:
    """Check that a file of one record per line is not a single JSON value over several lines.

    Args:
        path: The file.
        max_unpacked: Largest size in MiB to which the file may unpack; None: the default.

    Raises:
        DataError: The file is a single value whose lines are not JSON by themselves.
    """
    if not path.is_file():  # a pipe, which can be read once
        return
    with opened(path, max_unpacked) as stream:
        lines = (line.removeprefix(_BOM).strip() for line in stream)
        first = next((line for line in lines if line), b"")
    if first[:1] not in (b"{", b"[") or _is_json(first):
        return
    if _is_json(read_text(path, max_unpacked).encode()):
        raise DataError(
            f"{path}: this is one JSON value over several lines, but each line must be a record of "
            "its own; write each record without line breaks (json.dumps without indent)"
        )


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def dump(value: Any, location: str) -> str:
    """The value as one line of JSON that UTF-8 can hold."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise DataError(f"{location}: cannot be written as JSON: {error}") from error
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can only hold escaped
        return json.dumps(value)
    return text


def write_lines(path: Path, records: Iterable[tuple[str, Any]]) -> None:
    """Write JSON lines; the file appears complete or not at all.

    Args:
        path: The file.
        records: Location, for messages, and content of each record.
    """
    with replaced(path) as stream:
        for location, record in records:
            stream.write(f"{dump(record, location)}\n".encode())


def write_list(path: Path, records: Iterable[tuple[str, Any]]) -> None:
    """Write one JSON list with one line per record; the file appears complete or not at all.

    Args:
        path: The file.
        records: Location, for messages, and content of each record.
    """
    with replaced(path) as stream:
        stream.write(b"[")
        for number, (location, record) in enumerate(records):
            stream.write((",\n" if number else "\n").encode() + dump(record, location).encode())
        stream.write(b"\n]\n")
