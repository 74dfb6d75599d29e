"""Offsets as doccano's browser counts them; an export does not say what text stands at them."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Literal

import regex

CountedIn = Literal["code_points", "utf16", "graphemes"]
"""What a tool counts: characters as Python has them; as JavaScript has them, where those above
U+FFFF are two; or what a reader sees as one character."""
LineEnds = Literal["auto", "one", "two"]
"""How a tool counts a carriage return with its line feed; ``"auto"``: as the mentions show."""


class Ruler:
    """Offsets of a text as a tool counts them ↔ code points.

    Args:
        text: Text that the offsets refer to.
        unit: Unit in which the tool counts.
        joined: Whether a carriage return and its line feed count as one character; graphemes
            always join them.

    Example:
        >>> ruler = Ruler("🎉Ada", "utf16")
        >>> ruler.code_point(5), ruler.code_point(1), ruler.units(1)
        (4, None, 2)
    """

    def __init__(self, text: str, unit: CountedIn, joined: bool = False) -> None:
        parts = [*text]
        if unit == "graphemes":
            parts = regex.findall(r"\X", text)
        elif joined:
            parts = regex.findall(r"\r\n|.", text, regex.DOTALL)
        sizes = [(len(part), 2 if unit == "utf16" and part > "\uffff" else 1) for part in parts]
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


class LineEndJudge:
    """Decides how the offsets of each text count its line ends of two characters (CRLF).

    Nothing but the mentions tells: annotators mark whole words, so the count under which more
    mentions begin and end between words holds. Where both are equally good, what held for most
    texts of the file before holds, else two characters.

    Args:
        line_ends: What is known; ``"auto"``: nothing.
        unit: What the offsets count.
    """

    def __init__(self, line_ends: LineEnds, unit: CountedIn) -> None:
        self._line_ends = line_ends
        self._unit: CountedIn = unit
        self._votes = 0

    def joined(self, text: str, mentions: Sequence[tuple[int, int]]) -> bool:
        """Whether a line end counts as one character.

        Args:
            text: The text.
            mentions: Start and end of each mention as the file has them.
        """
        if self._line_ends != "auto" or self._unit == "graphemes" or "\r\n" not in text:
            return self._line_ends == "one"
        one, two = (
            sum(_plausible(text, Ruler(text, self._unit, joined), *ends) for ends in mentions)
            for joined in (True, False)
        )
        self._votes += (one > two) - (one < two)
        return one > two or (one == two and self._votes > 0)


def _plausible(text: str, ruler: Ruler, first: int, last: int) -> int:
    """How much the characters between two offsets look like a mention."""
    start, end = ruler.code_point(first), ruler.code_point(last)
    if start is None or end is None or start >= end:
        return -1
    mention = text[start:end]
    return (
        (not mention[0].isspace())
        + (not mention[-1].isspace())
        + _between_words(text, start)
        + _between_words(text, end)
        + ("\n" not in mention)
    )


def _between_words(text: str, at: int) -> bool:
    return not (0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum())
