"""A reader from a command line: its format and its options."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from jointre.cli._common.output import log
from jointre.errors import ConfigError, DataError

if TYPE_CHECKING:
    from jointre.data.schema import Document
    from jointre.formats import Reader, Writer


def given_options(
    on_error: Literal["stop", "skip"] | None, max_unpacked: int | None
) -> dict[str, Any]:
    """The options of readers that a command line gives by name; None is not given.

    Args:
        on_error: What to do at records with errors.
        max_unpacked: Largest size in MiB to which a compressed file may unpack.
    """
    options = {"on_error": on_error, "max_unpacked": max_unpacked}
    return {name: value for name, value in options.items() if value is not None}


def reader_of(
    format: str,
    options: Sequence[str] | None,
    given: Mapping[str, Any] = MappingProxyType({}),
) -> "Reader":
    """The reader of a format.

    Args:
        format: Its registered name.
        options: As for :func:`reader_options`.
        given: Options that have precedence, see :func:`given_options`.

    Raises:
        ConfigError: No reader has the name, or it does not take an option.
    """
    from jointre.config import construct
    from jointre.formats import Reader

    reader: Reader = construct(Reader, {"type": format, **reader_options(options), **given})
    return reader


def read_annotated(reader: "Reader", file: Path, prefix: str = "") -> list["Document"]:
    """The documents of an annotated file; what the reader skips is logged.

    Args:
        reader: Reader of the file's format.
        file: Corpus file or folder.
        prefix: Text before each logged line.
    """
    from jointre.data.skipped import SkippedData

    skipped = SkippedData()
    documents = list(reader.read(file, skipped))
    for line in skipped.lines():
        log(f"{prefix}{line}")
    return documents


def writer_of(format: str, options: Sequence[str] | None) -> "Writer":
    """The writer of a format.

    Args:
        format: Its registered name.
        options: As for :func:`reader_options`.

    Raises:
        ConfigError: No writer has the name, or it does not take an option.
    """
    from jointre.config import construct
    from jointre.formats import Writer

    writer: Writer = construct(Writer, {"type": format, **reader_options(options)})
    return writer


def format_of(path: Path, format: str | None, option: str = "--format", texts: bool = False) -> str:
    """The given format, else the detected one, which is reported on standard error.

    Args:
        path: Corpus file or folder.
        format: Registered name of a reader, or None.
        option: The command's option that names the format, for the message.
        texts: Whether plain text is a format here.

    Raises:
        DataError: The path does not exist, or its format cannot be detected.
    """
    from jointre.formats import Reader, detect
    from jointre.formats.common.files import check_file

    if format is not None:
        return format
    if not path.is_dir():
        check_file(path)
    detected = detect(path, texts)
    if detected is None:
        raise DataError(
            f"{path}: the format cannot be detected; name it with {option}, which takes "
            f"{', '.join(Reader.names())}"
        )
    log(f"{path}: detected the format {detected}")
    return detected


def reader_options(options: Sequence[str] | None) -> dict[str, Any]:
    """Options from the command line.

    Args:
        options: ``KEY=VALUE`` each; the value is JSON, or otherwise a string.

    Raises:
        ConfigError: An option has another form.
    """
    values: dict[str, Any] = {}
    for item in options or ():
        key, equals, value = item.partition("=")
        if not key or not equals:
            raise ConfigError(f"option {item!r}: write KEY=VALUE, label_case=keep for example")
        try:
            values[key] = json.loads(value)
        except (ValueError, RecursionError):
            values[key] = value
    return values
