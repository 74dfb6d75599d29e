"""A byte-order mark at the beginning of a brat text, which some tools count and others do not."""

import re

MARK = "\ufeff"
_PLACE = re.compile(r"(T\S*\t\S+ )([0-9]+ [0-9]+(?:;[0-9]+ [0-9]+)*)(\t(.*))?", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+")


def without_mark(
    text: str, lines: tuple[tuple[str, str], ...]
) -> tuple[str, tuple[tuple[str, str], ...]]:
    r"""A text without its byte-order mark, and the lines with offsets in what remains.

    Args:
        text: All characters of the .txt file.
        lines: Place and content of the lines of the .ann file.

    Example:
        >>> without_mark("\ufeffAda left.", (("a.ann:1", "T1\tPer 1 4\tAda"),))
        ('Ada left.', (('a.ann:1', 'T1\tPer 0 3\tAda'),))
    """
    if not text.startswith(MARK):
        return text, lines
    counted = skipped = 0
    for _, line in lines:
        match = _PLACE.fullmatch(line)
        if match is not None and match[4]:
            first, last = (int(number) for number in match[2].split(";")[0].split())
            counted += match[4].startswith(text[first:last])
            skipped += match[4].startswith(text[first + 1 : last + 1])
    bare = text.removeprefix(MARK)
    if counted <= skipped:
        return bare, lines
    return bare, tuple((place, _moved(line)) for place, line in lines)


def _moved(line: str) -> str:
    """A line whose offsets do not count the mark any more."""
    match = _PLACE.fullmatch(line)
    if match is None:
        return line
    offsets = _NUMBER.sub(lambda number: str(max(0, int(number[0]) - 1)), match[2])
    return f"{match[1]}{offsets}{match[3] or ''}"
