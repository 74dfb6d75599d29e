"""Mix-ins: the named objects of a jsonnet file that are added to an experiment."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from jointre.config.diagnostics.nearest import nearest
from jointre.errors import ConfigError

_FILE = r"""import\s+(?:'([^'\n]+)'|"([^"\n]+)")"""
_FIELD = r"""\s*(?:\.\s*(\w+)|\[\s*(?:'([^'\n]+)'|"([^"\n]+)")\s*\])"""
_SELECTED = re.compile(rf"\(\s*{_FILE}\s*\){_FIELD}")
_NAMED = re.compile(rf"\b(\w+)\s*=\s*\(?\s*{_FILE}")
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
        text: Jsonnet in which the mix-in is selected, ``(import 'file').name``, or ``file.name``
            where ``local file = import 'file'``.
        evaluate: As for :func:`names_of`.
        folder: Folder of the file with the text; None for an override.
    """
    missing = _MISSING.search(message)
    if missing is None:
        return None
    for file, selected in _selections(text):
        if selected != missing[1]:
            continue
        names = _names_there(file, evaluate, folder)
        if names is None:
            return None
        close = nearest(selected, names)
        hint = f"; did you mean {close!r}?" if close else "."
        return f"{file} has no mix-in {selected!r}{hint} It has: {', '.join(names) or 'none'}"
    return None


def _names_there(
    file: str, evaluate: Callable[[str], Any], folder: Path | None
) -> list[str] | None:
    """The mix-ins of a file beside the experiment, or of one that comes with jointre."""
    for path in [file] if folder is None else [str(folder / file), file]:
        with suppress(ConfigError):
            return names_of(path, evaluate)
    return None


def _selections(text: str) -> Iterator[tuple[str, str]]:
    """The fields that are selected from imported files: file and name."""
    for single, double, *field in _SELECTED.findall(text):
        yield single or double, "".join(field)
    for name, single, double in _NAMED.findall(text):
        for field in re.findall(rf"\b{name}{_FIELD}", text):
            yield single or double, "".join(field)
