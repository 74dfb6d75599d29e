"""The types file: the labels of a corpus in order, and which relations are symmetric."""

from pathlib import Path
from typing import Any

from jointre.data.fields import mapping, shown
from jointre.data.vocabulary import LabelSets
from jointre.errors import DataError
from jointre.formats.common.files import parse, read_text


def read_types(path: Path) -> LabelSets:
    """Read ``{"entities": {NAME: {…}}, "relations": {NAME: {…, "symmetric": bool}}}``.

    Raises:
        DataError: The file is missing or has other content.
    """
    content = mapping(parse(read_text(path), path), str(path), "a types file")
    groups = {}
    for key in ("entities", "relations"):
        if key not in content:
            raise DataError(
                f"{path}: {key!r} is missing; a types file has 'entities' and 'relations'"
            )
        groups[key] = mapping(content[key], str(path), key)
    symmetric = [
        name for name, options in groups["relations"].items() if _symmetric(options, path, name)
    ]
    return LabelSets(
        tuple(groups["entities"]), tuple(groups["relations"]), frozenset(symmetric), str(path)
    )


def _symmetric(options: Any, path: Path, name: str) -> bool:
    value = mapping(options, str(path), f"relations.{name:.60}").get("symmetric", False)
    if not isinstance(value, bool):
        raise DataError(
            f"{path}: relations.{name:.60}.symmetric must be true or false, not {shown(value)}"
        )
    return value
