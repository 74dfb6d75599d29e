"""Offsets as doccano's browser counts them, which says nothing of the text they stand for."""

from itertools import accumulate
from typing import Literal

import regex

CountedIn = Literal["code_points", "utf16", "graphemes"]
"""What a tool counts: characters as Python has them; as JavaScript has them, where those above
U+FFFF are two; or what a reader sees as one character."""


class Ruler:
    """Offsets of a text as a tool counts them ↔ code points.

    Args:
        text: offsets count from its beginning.
        unit: what the tool counts.

    Example:
        >>> ruler = Ruler("🎉Ada", "utf16")
        >>> ruler.code_point(5), ruler.code_point(1), ruler.units(1)
        (4, None, 2)
    """

    def __init__(self, text: str, unit: CountedIn) -> None:
        if unit == "graphemes":
            sizes = [(len(part), 1) for part in regex.findall(r"\X", text)]
        elif unit == "utf16":
            sizes = [(1, 1 + (char > "\uffff")) for char in text]
        else:
            sizes = [(1, 1)] * len(text)
        points = accumulate((size for size, _ in sizes), initial=0)
        units = accumulate((size for _, size in sizes), initial=0)
        self._units = dict(zip(points, units, strict=True))
        self._points = {unit: point for point, unit in self._units.items()}
        self.size = max(self._points)

    def code_point(self, units: int) -> int | None:
        """The code point at an offset; None outside the text or inside a character."""
        return self._points.get(units)

    def units(self, code_point: int) -> int | None:
        """The offset of a code point; None where the unit cannot give it."""
        return self._units.get(code_point)
