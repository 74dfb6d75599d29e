"""Offsets that a tool counted in its own way, converted to characters of the text."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from jointre.data.skipped import SkippedData
from jointre.formats.common.copied_text import same_text, similar_text
from jointre.formats.common.leading_mark import MARK

SIMILAR = "mentions whose copied text differs a little from the text at their offsets, accepted"
"""How claims whose text is only similar are counted in SkippedData."""

_LINE_END = re.compile(r"\r\n|[\r\n\t]|\\n")
Part = tuple[int, int]


class Claim(NamedTuple):
    """A mention as a tool gives it: its offsets, and the text that the tool says is there.

    Args:
        parts: Half-open character range of each part; most mentions have one part.
        text: Text of all parts; None: the tool does not give it.
    """

    parts: tuple[Part, ...]
    text: str | None


class Located(NamedTuple):
    """The claims in characters of the text.

    Args:
        counting: Unit of the offsets, for example ``"code points"``.
        places: Parts of each claim in code points of the text; None: they are outside the text or
            inside a character, or the text there is different.
        similar: Indices of the claims whose text differs slightly from the text there, see
            :func:`similar_text`.
    """

    counting: str
    places: tuple[tuple[Part, ...] | None, ...]
    similar: tuple[int, ...] = ()


def locate(text: str, claims: Sequence[Claim]) -> Located:
    """Convert the offsets of claims, counted in the way that agrees with most of their texts.

    Python and recent tools count code points. JavaScript counts UTF-16 units, two for an emoji,
    and a browser or a text mode makes one character of a carriage return and its line feed. The
    texts that a tool gives with its offsets show which way it used; of equally good ways the first
    in this order is used. White space is not compared, and other small differences are accepted.

    Example:
        >>> locate("😀 Ada", [Claim(((3, 6),), "Ada")])
        Located(counting='UTF-16 units', places=(((2, 5),),), similar=())
    """
    best = Located("", ())
    best_counts = -1, -1
    for counting, borders in _countings(text):
        parts_of_claims = [_parts_in_text(text, claim, borders, same_text) for claim in claims]
        identical = sum(parts is not None for parts in parts_of_claims)
        similar = []
        for index, claim in enumerate(claims):
            if parts_of_claims[index] is None:
                parts_of_claims[index] = _parts_in_text(text, claim, borders, similar_text)
                similar += [index] if parts_of_claims[index] is not None else []
        if (identical, len(similar)) > best_counts:
            best, best_counts = (
                Located(counting, tuple(parts_of_claims), tuple(similar)),
                (identical, len(similar)),
            )
        if identical == len(claims):
            break
    return best._replace(similar=tuple(_differing(text, claims, best)))


def _differing(text: str, claims: Sequence[Claim], located: Located) -> Iterator[int]:
    """The indices of the claims whose text is not exactly the one at their offsets.

    A space between parts, or in place of a line end or a tab, does not count as a difference.
    """
    similar = set(located.similar)
    for index, (claim, parts) in enumerate(zip(claims, located.places, strict=True)):
        if parts is None or claim.text is None:
            continue
        pieces = [text[start:end] for start, end in parts]
        forms = {_one_line("".join(pieces)), _one_line(" ".join(pieces))}
        if not _one_line(claim.text).strip() and not "".join(pieces).strip():
            continue  # a mention without a word, which is counted as such
        if index in similar or _one_line(claim.text) not in forms:
            yield index


def _one_line(text: str) -> str:
    return _LINE_END.sub(" ", text)


def without_uncounted_mark(
    text: str,
    ends: Iterable[tuple[object, object]],
    location: str,
    skipped: SkippedData,
    code_point: Callable[[int], int | None] = int,
) -> str:
    r"""A text without its byte-order mark if its offsets do not count the mark.

    For formats that do not repeat the texts of mentions: annotators mark whole words, so the way
    of counting is chosen in which more mentions begin and end between words.

    Args:
        text: The text.
        ends: Start and end of each mention or word as the file has them; wrong values are ignored.
        location: Location of the text, for messages.
        skipped: Counts the texts whose offsets do not count the mark.
        code_point: Converts an offset of the tool into code points of the text.

    Example:
        >>> without_uncounted_mark("\ufeffAda left.", [(0, 3)], "a.jsonl:1", SkippedData())
        'Ada left.'
        >>> without_uncounted_mark("\ufeffAda left.", [(1, 4)], "a.jsonl:1", SkippedData())
        '\ufeffAda left.'
    """
    if not text.startswith(MARK):
        return text
    spans = [(start, end) for start, end in ends if type(start) is int and type(end) is int]
    counted, uncounted = (
        sum(plausibility(text, code_point(start + n), code_point(end + n)) for start, end in spans)
        for n in (0, 1)
    )
    if uncounted <= counted:
        return text
    skipped.add("texts in which offsets do not count the byte-order mark, corrected", location)
    return text.removeprefix(MARK)


def plausibility(text: str, start: int | None, end: int | None) -> int:
    """A score for how much the characters between two offsets look like a mention.

    Args:
        text: The text.
        start: First character; None: outside the text or inside a character.
        end: Character after the last one, or None.
    """
    if start is None or end is None or not 0 <= start < end <= len(text):
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


def _countings(text: str) -> Iterator[tuple[str, Sequence[int | None]]]:
    """Ways of counting, each with the code point of every position; None is inside a character."""
    ways: list[tuple[str, Sequence[int | None]]] = [("code points", range(len(text) + 1))]
    wide, joined = any(char > "\uffff" for char in text), "\r\n" in text
    if joined:
        ways.append(("code points, line ends as one", _borders(text, units=False, joins=True)))
    if wide:
        ways.append(("UTF-16 units", _borders(text, units=True, joins=False)))
    if wide and joined:
        ways.append(("UTF-16 units, line ends as one", _borders(text, units=True, joins=True)))
    after_mark = [(f"{name} after the byte-order mark", borders[1:]) for name, borders in ways]
    return chain(ways, after_mark if text.startswith(MARK) else ())


def _borders(text: str, units: bool, joins: bool) -> list[int | None]:
    borders: list[int | None] = []
    for at, char in enumerate(text):
        if joins and text[at - 1 : at + 1] == "\r\n":
            continue
        borders.append(at)
        if units and char > "\uffff":
            borders.append(None)
    return [*borders, len(text)]


def _parts_in_text(
    text: str,
    claim: Claim,
    borders: Sequence[int | None],
    agree: Callable[[str, str], bool],
) -> tuple[Part, ...] | None:
    parts: list[Part] = []
    for first, last in claim.parts:
        if not 0 <= first <= last < len(borders):
            return None
        start, end = borders[first], borders[last]
        if start is None or end is None:
            return None
        parts.append((start, end))
    text_there = "".join(text[start:end] for start, end in parts)
    return tuple(parts) if claim.text is None or agree(text_there, claim.text) else None
