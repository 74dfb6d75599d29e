"""A reader from a command line: its format and its options."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jointre.cli._common.options import log
from jointre.errors import ConfigError, DataError

if TYPE_CHECKING:
    from jointre.formats import Reader, Writer


def reader_of(
    format: str,
    options: Sequence[str] | None,
    on_error: Literal["stop", "skip"] | None = None,
) -> "Reader":
    """The reader of a format.

    Args:
        format: Its registered name.
        options: As for :func:`reader_options`.
        on_error: What to do at records with errors; None: what ``options`` say.

    Raises:
        ConfigError: no reader has the name, or it does not take an option.
    """
    from jointre.config import construct
    from jointre.formats import Reader

    chosen = {} if on_error is None else {"on_error": on_error}
    reader: Reader = construct(Reader, {"type": format, **reader_options(options), **chosen})
    return reader


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
    """Options from the command line: ``KEY=VALUE`` each, the value JSON, else a string.

    Raises:
        ConfigError: one has another form.
    """
    found: dict[str, Any] = {}
    for item in options or ():
        key, equals, value = item.partition("=")
        if not key or not equals:
            raise ConfigError(f"option {item!r}: write KEY=VALUE, label_case=keep for example")
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found
