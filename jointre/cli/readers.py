"""A reader from a command line: its format and its options."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from jointre.data.readers import Reader


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
    from jointre.data.readers import Reader

    chosen = {} if on_error is None else {"on_error": on_error}
    reader: Reader = construct(Reader, {"type": format, **reader_options(options), **chosen})
    return reader


def reader_options(options: Sequence[str] | None) -> dict[str, Any]:
    """Options from the command line: ``KEY=VALUE`` each, the value JSON, else a string.

    Raises:
        ConfigError: one has another form.
    """
    from jointre.errors import ConfigError

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
