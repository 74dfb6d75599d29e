"""Names of relation codes: DocRED's ``rel_info.json``, or a types file with names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jointre.data.fields import mapping, shown, string
from jointre.data.nearest import did_you_mean
from jointre.errors import DataError
from jointre.formats.common.files import parse, read_text
from jointre.plurals import counted


def read_rel_info(path: Path) -> dict[str, str]:
    """Code -> name, ``{"P17": "country", …}``, in file order.

    Args:
        path: File that is such an object, or a types file whose relations have ``"verbose"`` names.

    Raises:
        DataError: The file is missing or has other content, or two codes have the same name.
    """
    content = mapping(parse(read_text(path), path), str(path), "the names of relations")
    if isinstance(content.get("relations"), dict):
        names = {
            code: _verbose(options, str(path), f"relations.{code:.60}")
            for code, options in content["relations"].items()
        }
    else:
        names = {code: string(name, str(path), f"{code:.60}") for code, name in content.items()}
    codes: dict[str, str] = {}
    for code, name in names.items():
        if name in codes:
            raise DataError(
                f"{path}: {shown(codes[name])} and {shown(code)} are both called {shown(name)}; "
                "names must differ; or omit rel_info to keep the codes"
            )
        codes[name] = code
    return names


def _verbose(options: Any, location: str, what: str) -> str:
    return string(mapping(options, location, what).get("verbose"), location, f"{what}.verbose")


def name_of(code: str, names: Mapping[str, str], location: str) -> str:
    """The code's name, or the code itself when there are no names at all.

    Raises:
        DataError: There are names, but not for this code.
    """
    if not names:
        return code
    if code not in names:
        raise DataError(
            f"{location} is {shown(code)}, which the names of rel_info lack"
            f"{did_you_mean(code, names)}; it has {counted(len(names), 'codes')}, "
            f"{next(iter(names))!r} first"
        )
    return names[code]
