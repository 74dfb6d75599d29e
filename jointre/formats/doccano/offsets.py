"""Offsets as doccano's browser counts them; an export does not repeat the text at them."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Literal

import regex

from jointre.formats.common.tool_offsets import plausibility

CountedIn = Literal["code_points", "utf16", "graphemes"]
"""What a tool counts: characters as in Python, UTF-16 units as in JavaScript (two for a character
above U+FFFF), or graphemes, which readers see as one character."""
LineEnds = Literal["auto", "one", "two"]
"""How a tool counts a carriage return with its line feed; ``"auto"``: decided by the mentions."""


class Ruler:
    """Converts offsets of a text as a tool counts them into code points, and back.

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
        characters = [*text]
        if unit == "graphemes":
            characters = regex.findall(r"\X", text)
        elif joined:
            characters = regex.findall(r"\r\n|.", text, regex.DOTALL)
        sizes = [
            (len(character), 2 if unit == "utf16" and character > "\uffff" else 1)
            for character in characters
        ]
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

    Only the mentions show it: annotators mark whole words, so the way of counting is chosen in
    which more mentions begin and end between words. If both are equally good, the way that was
    chosen for most earlier texts of the file is used, and otherwise two characters.

    Args:
        line_ends: How line ends are counted; ``"auto"``: not known.
        unit: Unit of the offsets.
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
        score_as_one, score_as_two = (
            sum(
                plausibility(text, ruler.code_point(first), ruler.code_point(last))
                for first, last in mentions
            )
            for ruler in (Ruler(text, self._unit, joined) for joined in (True, False))
        )
        self._votes += (score_as_one > score_as_two) - (score_as_one < score_as_two)
        return score_as_one > score_as_two or (score_as_one == score_as_two and self._votes > 0)
