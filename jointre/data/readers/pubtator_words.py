"""The words of a title and an abstract, and the words that a mention covers."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from jointre.data.schema import Span
from jointre.data.words import Words, words_of


def words_between(title: str, abstract: str) -> Words:
    """The words and sentences of a title and an abstract; no sentence is in both.

    Args:
        title: offsets count from its first character.
        abstract: one character stands between it and the title.
    """
    first, second = words_of(title), words_of(abstract)
    count, origin = len(first.tokens), len(title) + 1
    return Words(
        first.tokens + second.tokens,
        first.offsets + tuple((left + origin, right + origin) for left, right in second.offsets),
        first.sentences + tuple(Span(a + count, b + count) for a, b in second.sentences),
    )


def cut_at(borders: Iterable[int], words: Words) -> Words:
    """The words, each cut where a border lies inside it.

    Args:
        borders: characters of the text, in any order.
        words: in order and apart.

    Example:
        >>> cut_at([5, 2], Words(("Na", "KCl"), ((0, 2), (4, 7)), (Span(0, 2),)))
        Words(tokens=('Na', 'K', 'Cl'), offsets=((0, 2), (4, 5), (5, 7)), \
sentences=(Span(start=0, end=3),))
    """
    cuts = sorted(set(borders))
    tokens: list[str] = []
    offsets: list[tuple[int, int]] = []
    firsts: list[int] = []  # where each word begins among the parts
    for token, (left, right) in zip(words.tokens, words.offsets, strict=True):
        firsts.append(len(tokens))
        ends = [left, *cuts[bisect_right(cuts, left) : bisect_left(cuts, right)], right]
        for start, end in pairwise(ends):
            tokens.append(token[start - left : end - left])
            offsets.append((start, end))
    firsts.append(len(tokens))
    sentences = tuple(Span(firsts[start], firsts[end]) for start, end in words.sentences)
    return Words(tuple(tokens), tuple(offsets), sentences)


def covered(start: int, end: int, offsets: Sequence[tuple[int, int]]) -> Span | None:
    """All words that have a character of ``[start, end)``, or None when none has.

    Args:
        start: first character in the text.
        end: the one after the last.
        offsets: of the words, in order and apart.
    """
    first = bisect_right(offsets, start, key=lambda offset: offset[1])
    last = bisect_left(offsets, end, key=lambda offset: offset[0])
    return Span(first, last) if first < last else None
