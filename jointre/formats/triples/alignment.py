"""Find names among the tokens of a sentence, for corpora that give names only as strings."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, product
from typing import Literal, NamedTuple

from jointre.data.schema import Span

Way = Literal["exact", "folded", "glued"]
"""How a name was found: unchanged, without accents, or without accents and punctuation."""

# Letters and marks that decomposition leaves as they are.
_PLAIN = str.maketrans("øØłŁđĐı‘’“”–—", "oOlLdDi''\"\"--")
_BLANKS = re.compile(r"[ \t\r\n]+")


class Places(NamedTuple):
    """The places of a name in a sentence.

    Args:
        spans: Spans in text order; empty if the sentence does not contain the name.
        way: How they were found.
    """

    spans: tuple[Span, ...]
    way: Way = "exact"


def split_words(text: str) -> tuple[str, ...]:
    r"""The words between the blanks of a text.

    Only ASCII blanks separate words: wrongly decoded text has other blanks inside words.

    Example:
        >>> split_words("Ada lives in  New\xa0York .")
        ('Ada', 'lives', 'in', 'New\xa0York', '.')
    """
    return tuple(word for word in _BLANKS.split(text) if word)


class Finder:
    """Finds names in one sentence, as token sequences and never inside a word.

    A name that does not occur unchanged is searched without accents, and then also without regard
    to punctuation attached to words: ``Rome`` is found in ``Rome,`` and ``B.S.`` in ``B.S .``, but
    ``York`` is not found in ``Yorkshire``.

    Args:
        tokens: Words of the sentence.
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tuple(tokens)
        self._folded: tuple[str, ...] | None = None
        self._known: dict[str, Places] = {}

    def find(self, name: str) -> Places:
        """All places of a name, found in the first way that is successful."""
        if name not in self._known:
            self._known[name] = self._find(split_words(name))
        return self._known[name]

    def _find(self, words: tuple[str, ...]) -> Places:
        spans = _spans_of_words(self._tokens, words)
        if spans:
            return Places(spans)
        if self._folded is None:
            self._folded = tuple(fold(token) for token in self._tokens)
        folded_words = tuple(fold(word) for word in words)
        spans = _spans_of_words(self._folded, folded_words)
        if spans:
            return Places(spans, "folded")
        return Places(_spans_with_punctuation(self._folded, "".join(folded_words)), "glued")


def fold(text: str) -> str:
    """The text without accents, with plain letters, digits, quotes and dashes.

    Example:
        >>> fold("Medellín – Łódź")
        'Medellin - Lodz'
    """
    parts = unicodedata.normalize("NFKD", text)
    return "".join(char for char in parts if not unicodedata.combining(char)).translate(_PLAIN)


def closest(heads: Sequence[Span], tails: Sequence[Span]) -> tuple[Span, Span]:
    """The head and the tail with the fewest tokens between them; the first pair on ties.

    Pairs that overlap come last: in "New York City is in New York" the second "New York" is
    meant. Exchanging heads and tails exchanges the result, so inverse relations agree.

    Args:
        heads: Spans of the head, at least one.
        tails: Spans of the tail, at least one.
    """
    return min(product(heads, tails), key=_apart)


def _apart(pair: tuple[Span, Span]) -> tuple[bool, int, Span, Span]:
    first, second = sorted(pair)
    return second.start < first.end, max(second.start - first.end, 0), first, second


def _spans_of_words(tokens: tuple[str, ...], words: tuple[str, ...]) -> tuple[Span, ...]:
    size = len(words)
    if not size:
        return ()
    return tuple(
        Span(start, start + size)
        for start in range(len(tokens) - size + 1)
        if tokens[start] == words[0] and tokens[start : start + size] == words
    )


def _spans_with_punctuation(tokens: tuple[str, ...], name: str) -> tuple[Span, ...]:
    """Spans of tokens that contain only a name, without its blanks, and punctuation."""
    text = "".join(tokens)
    starts = list(accumulate(map(len, tokens), initial=0))
    for pattern in dict.fromkeys((name, _without_outer_punctuation(name))):
        spans = []
        start = text.find(pattern) if _without_outer_punctuation(pattern) else -1
        while start >= 0:
            end = start + len(pattern)
            first_token, end_token = bisect_right(starts, start) - 1, bisect_left(starts, end)
            if not _without_outer_punctuation(
                text[starts[first_token] : start] + text[end : starts[end_token]]
            ):
                spans.append(Span(first_token, end_token))
            start = text.find(pattern, start + 1)
        if spans:
            return tuple(spans)
    return ()


def _without_outer_punctuation(text: str) -> str:
    """The text without the punctuation around it."""
    letters = [index for index, char in enumerate(text) if char.isalnum()]
    return text[letters[0] : letters[-1] + 1] if letters else ""
