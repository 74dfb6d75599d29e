"""Mix-ins: the named objects of a jsonnet file that are added to an experiment."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jointre.config.nearest import nearest
from jointre.errors import ConfigError

_SELECTED = re.compile(r"""\(\s*import\s+(?:'([^'\n]+)'|"([^"\n]+)")\s*\)\s*\.\s*(\w+)""")
_MISSING = re.compile(r"field does not exist: (\w+)")


def names_of(name: str, evaluate: Callable[[str], Any]) -> list[str]:
    """The names of a file's mix-ins, in alphabetical order.

    Args:
        name: The file, as an import names it.
        evaluate: Evaluates jsonnet text that imports the file.

    Raises:
        ConfigError: The file cannot be read, is not jsonnet, or is not an object.
    """
    fields = evaluate(
        f"local file = import {json.dumps(name)}; "
        "if std.isObject(file) then std.objectFieldsAll(file) else null"
    )
    if fields is None:
        raise ConfigError(f"{name}: mix-ins are the fields of an object, but this is not an object")
    return [str(field) for field in fields]


def unknown_mixin(
    message: str, text: str, evaluate: Callable[[str], Any], folder: Path | None = None
) -> str | None:
    """The message for a mix-in that its file does not have; None for another error.

    Args:
        message: Jsonnet's message.
        text: Jsonnet in which the mix-in is selected, ``(import 'file').name``.
        evaluate: As for :func:`names_of`.
        folder: Folder of the file with the text; None for an override.
    """
    missing = _MISSING.search(message)
    if missing is None:
        return None
    for single, double, selected in _SELECTED.findall(text):
        if selected != missing[1]:
            continue
        file = single or double
        try:
            names = names_of(str(folder / file) if folder else file, evaluate)
        except ConfigError:
            return None
        close = nearest(selected, names)
        hint = f"; did you mean {close!r}?" if close else "."
        return f"{file} has no mix-in {selected!r}{hint} It has: {', '.join(names) or 'none'}"
    return None
