"""A reader from a command line: its format and its options."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jointre.data.readers import Reader


def reader_of(format: str, options: Sequence[str] | None) -> "Reader":
    """The reader of a format.

    Args:
        format: registered name.
        options: ``KEY=VALUE`` each, the value JSON, else a string.

    Raises:
        ConfigError: no reader has the name, or it does not take an option.
    """
    from jointre.config import construct
    from jointre.data.readers import Reader
    from jointre.errors import ConfigError

    config: dict[str, Any] = {"type": format}
    for item in options or ():
        key, equals, value = item.partition("=")
        if not equals:
            raise ConfigError(f"--option {item}: write KEY=VALUE, label_case=keep for example")
        try:
            config[key] = json.loads(value)
        except ValueError:
            config[key] = value
    reader: Reader = construct(Reader, config)
    return reader
