"""A loaded configuration, and the places of its keys in the files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from jointre.config.diagnostics.problem import Problem

# Strings are kept and comments blanked, so that neither hides in the other.
_TOKENS = re.compile(
    r"""(?P<keep>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<comment>//[^\n]*|\#[^\n]*|/\*.*?\*/)""",
    re.DOTALL,
)
_KEY = re.compile(r"""(?:(?P<q>["'])(?P<quoted>[^"'\n]+)(?P=q)|\b(?P<bare>[A-Za-z_]\w*))\s*\+?:""")


@dataclass(frozen=True)
class LoadedConfig:
    """A configuration with the files that it was read from.

    Args:
        data: The configuration.
        files: Files that were read, the main file first.
        texts: Text of each file and override, by its name in messages.
    """

    data: dict[str, Any]
    files: tuple[Path, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _keys(self) -> dict[str, list[tuple[int, int, str]]]:
        """The places of each key: number of the text, line, and name in messages."""
        places: dict[str, list[tuple[int, int, str]]] = {}
        for number, (name, text) in enumerate(self.texts.items()):
            clean = _TOKENS.sub(lambda m: m["keep"] or re.sub(r"[^\n]", " ", m["comment"]), text)
            for match in _KEY.finditer(clean):
                line = clean.count("\n", 0, match.start()) + 1
                shown = name if name.startswith("-o ") else f"{name}:{line}"
                key = match["quoted"] or match["bare"]
                places.setdefault(key, []).append((number, line, shown))
        return places

    def line_of(self, problem: Problem) -> str | None:
        """``file:line`` of a problem's key, if the key occurs exactly once.

        For a missing key, and for a component's ``type``, this is the line of the object to which
        the key belongs.
        """
        keys = [key for key in problem.path.split(".") if not key.isdigit()]
        if keys and (not problem.value or keys[-1] == "type"):
            keys = keys[:-1]
        places = self._keys.get(keys[-1], []) if keys else []
        return places[0][2] if len(places) == 1 else None

    def order_of(self, path: str) -> tuple[int, int]:
        """A sort key: the place of the path's deepest key that occurs exactly once."""
        for key in reversed(path.split(".")):
            places = self._keys.get(key, [])
            if len(places) == 1:
                return places[0][:2]
        return (len(self.texts), 0)
