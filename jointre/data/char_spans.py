"""Convert mentions in characters of a text into words, exactly, and back."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from jointre.data.annotation import Span
from jointre.data.skipped import SkippedData
from jointre.data.words import Words, words_of
from jointre.errors import DataError

Offsets = Sequence[tuple[int, int]]
InsideWords = Literal["split", "widen"]
SPLIT_WORDS = "words split where a mention begins or ends"
"""How split words are counted; splitting loses nothing."""


class CharSpan(NamedTuple):
    """A mention as a tool gives it.

    Args:
        start: First character, counted in code points from 0.
        end: Character after the last one.
        location: Location in the file, for messages.
    """

    start: int
    end: int
    location: str


class WordRules(NamedTuple):
    """Rules by which formats that count characters cut a text into words.

    Args:
        language: spaCy's code of the language whose rules find words and sentences.
        inside_words: Where a mention begins or ends inside a word, ``"split"`` cuts the word, so
            that the mention keeps its characters; ``"widen"`` makes the mention larger, so that
            words never depend on annotations, as in a text to be predicted.
    """

    language: str = "en"
    inside_words: InsideWords = "split"


ENGLISH = WordRules()
"""The default rules of readers."""


class Fitted(NamedTuple):
    """A text's words, and the mentions in them.

    Args:
        words: Words, which are cut if a mention begins or ends inside one and the rules say so.
        spans: Words of each mention, in their order; None for a mention without a word.
    """

    words: Words
    spans: tuple[Span | None, ...]


def fit(
    text: str,
    mentions: Sequence[CharSpan],
    skipped: SkippedData,
    location: str,
    words: Words | None = None,
    rules: WordRules = ENGLISH,
) -> Fitted:
    """The words of a text, such that every mention consists of whole words.

    By default, a word is cut if a mention begins or ends inside it, so that predictions for the
    text can have the mention's characters. White space at the ends of a mention is ignored.

    Args:
        text: Text that the offsets refer to.
        mentions: Mentions in any order; they may overlap.
        skipped: Counts words that were split, and mentions that were narrowed or contain no word.
        location: Location of the text, for messages.
        words: Words of the file, in order and without overlaps; None: words by spaCy's rules.
        rules: Language of the words, and what happens to a word that a mention splits.

    Raises:
        DataError: A mention ends before its start, or outside the text.
    """
    given_words = words_of(text, rules.language, skipped, location) if words is None else words
    return fit_words(given_words, len(text), mentions, skipped, location, rules)


def fit_words(
    words: Words,
    size: int,
    mentions: Sequence[CharSpan],
    skipped: SkippedData,
    location: str,
    rules: WordRules = ENGLISH,
) -> Fitted:
    """Words cut such that every mention consists of whole words, see :func:`fit`.

    Args:
        words: Words in order, without overlaps.
        size: Number of characters of the text.
        mentions: Mentions in any order; they may overlap.
        skipped: Counts words that were cut, and mentions that were narrowed or contain no word.
        location: Location of the text, for messages.
        rules: Whether words are split at mentions.

    Raises:
        DataError: A mention ends before its start, or outside the text.
    """
    for mention in mentions:
        if not 0 <= mention.start <= mention.end <= size:
            raise DataError(
                f"{mention.location}: [{mention.start}, {mention.end}) is not part of the text of "
                f"{size} characters; 0 <= start <= end <= {size} must hold"
            )
    not_empty = [mention for mention in mentions if mention.start < mention.end]
    borders = [edge for mention in not_empty for edge in mention[:2]]
    cut_words = cut_at(borders, words) if rules.inside_words == "split" else words
    added = len(cut_words.tokens) - len(words.tokens)
    if added:
        skipped.add(SPLIT_WORDS, location, added)
    return Fitted(
        cut_words, tuple(_fitted(mention, cut_words.offsets, skipped) for mention in mentions)
    )


def _fitted(mention: CharSpan, offsets: Offsets, skipped: SkippedData) -> Span | None:
    start, end, location = mention
    span = covered(start, end, offsets) if start < end else None
    if span is None:
        skipped.add("mentions without a word skipped", location)
        return None
    first_char, end_char = chars_of(span, offsets)
    if first_char < start or end_char > end:
        skipped.add("mentions that begin or end inside a word widened to it", location)
    elif (first_char, end_char) != (start, end):
        skipped.add("mentions with outer spaces narrowed to their words", location)
    return span


def cut_at(borders: Iterable[int], words: Words) -> Words:
    """The words, each cut where a border lies inside it.

    Args:
        borders: Characters of the text, in any order.
        words: Words in order, without overlaps.

    Example:
        >>> cut_at([5, 2], Words(("Na", "KCl"), ((0, 2), (4, 7)), (Span(0, 2),)))
        Words(tokens=('Na', 'K', 'Cl'), offsets=((0, 2), (4, 5), (5, 7)), \
sentences=(Span(start=0, end=3),))
    """
    cuts = sorted(set(borders))
    tokens: list[str] = []
    offsets: list[tuple[int, int]] = []
    first_parts: list[int] = []  # the first part of each word
    for token, (left, right) in zip(words.tokens, words.offsets, strict=True):
        first_parts.append(len(tokens))
        edges = [left, *cuts[bisect_right(cuts, left) : bisect_left(cuts, right)], right]
        for start, end in pairwise(edges):
            tokens.append(token[start - left : end - left])
            offsets.append((start, end))
    first_parts.append(len(tokens))
    sentences = tuple(Span(first_parts[start], first_parts[end]) for start, end in words.sentences)
    return Words(tuple(tokens), tuple(offsets), sentences)


def covered(start: int, end: int, offsets: Offsets) -> Span | None:
    """All words with a character in ``[start, end)``; None if there are none.

    Args:
        start: First character in the text.
        end: Character after the last one.
        offsets: Characters of the words, in order and without overlaps.
    """
    first = bisect_right(offsets, start, key=lambda offset: offset[1])
    last = bisect_left(offsets, end, key=lambda offset: offset[0])
    return Span(first, last) if first < last else None


def chars_of(span: Span, offsets: Offsets) -> tuple[int, int]:
    """The first character of a span and the one after its last."""
    return offsets[span.start][0], offsets[span.end - 1][1]
