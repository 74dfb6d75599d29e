"""Split a text into documents: the whole text, its paragraphs, or its lines."""

from collections.abc import Iterator
from io import StringIO
from typing import Literal

SplitBy = Literal["file", "paragraph", "line"]


def parts(text: str, split_by: SplitBy) -> Iterator[tuple[int, str]]:
    """The documents of a text, each after the number of its first line, counted from 1.

    A paragraph ends at a blank line or at the end of the text. Blank lines belong to no document,
    except with ``"file"``, which gives the text as it is.

    Args:
        text: Text of a file or of standard input.
        split_by: What becomes a document.

    Example:
        >>> list(parts("Title.", "paragraph"))
        [(1, 'Title.')]
    """
    if split_by == "file":
        yield 1, text
        return
    lines: list[str] = []
    number = 0
    for number, line in enumerate(StringIO(text, newline=""), start=1):
        blank = not line.strip()
        if lines and (blank or split_by == "line"):
            yield number - len(lines), "".join(lines).rstrip("\r\n")
            lines = []
        if not blank:
            lines.append(line)
    if lines:
        yield number - len(lines) + 1, "".join(lines).rstrip("\r\n")
