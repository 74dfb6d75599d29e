"""A byte-order mark at the beginning of a brat text, which only some tools count."""

import re

MARK = "\ufeff"
_MENTION_LINE = re.compile(r"(T\S*\t\S+ )([0-9]+ [0-9]+(?:;[0-9]+ [0-9]+)*)(\t(.*))?", re.DOTALL)
_NUMBER = re.compile(r"[0-9]+")


def without_mark(
    text: str, lines: tuple[tuple[str, str], ...]
) -> tuple[str, tuple[tuple[str, str], ...]]:
    r"""A text without its byte-order mark, and the lines with offsets in what remains.

    Args:
        text: All characters of the .txt file.
        lines: Location and content of the lines of the .ann file.

    Example:
        >>> without_mark("\ufeffAda left.", (("a.ann:1", "T1\tPer 1 4\tAda"),))
        ('Ada left.', (('a.ann:1', 'T1\tPer 0 3\tAda'),))
    """
    if not text.startswith(MARK):
        return text, lines
    matches_with_mark = matches_without_mark = 0
    for _, line in lines:
        match = _MENTION_LINE.fullmatch(line)
        if match is not None and match[4]:
            first, last = (int(number) for number in match[2].split(";")[0].split())
            matches_with_mark += match[4].startswith(text[first:last])
            matches_without_mark += match[4].startswith(text[first + 1 : last + 1])
    unmarked_text = text.removeprefix(MARK)
    if matches_with_mark <= matches_without_mark:
        return unmarked_text, lines
    return unmarked_text, tuple((location, _moved(line)) for location, line in lines)


def _moved(line: str) -> str:
    """The line with offsets that do not count the mark."""
    match = _MENTION_LINE.fullmatch(line)
    if match is None:
        return line
    offsets = _NUMBER.sub(lambda number: str(max(0, int(number[0]) - 1)), match[2])
    return f"{match[1]}{offsets}{match[3] or ''}"
