"""What of a text is a document: all of it, each of its paragraphs, or each of its lines."""

from collections.abc import Iterator
from io import StringIO
from typing import Literal

SplitBy = Literal["file", "paragraph", "line"]


def parts(text: str, part: SplitBy) -> Iterator[tuple[int, str]]:
    """The documents of a text, each with the line, counted from 1, at which it begins.

    A paragraph ends where the text does or a line is blank; blank lines are in no document, but
    for a ``"file"``, which is the text as it is.

    Args:
        text: of a file or of standard input.
        part: that is a document.

    Example:
        >>> list(parts("Title.", "paragraph"))
        [(1, 'Title.')]
    """
    if part == "file":
        yield 1, text
        return
    lines: list[str] = []
    number = 0
    for number, line in enumerate(StringIO(text, newline=""), start=1):
        blank = not line.strip()
        if lines and (blank or part == "line"):
            yield number - len(lines), "".join(lines).rstrip("\r\n")
            lines = []
        if not blank:
            lines.append(line)
    if lines:
        yield number - len(lines) + 1, "".join(lines).rstrip("\r\n")
