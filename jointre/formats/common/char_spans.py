"""Mentions that a tool counts in characters of a text: the words they cover, exactly, and back."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from jointre.data.mentions import keep_mentions
from jointre.data.schema import Document, Span
from jointre.data.sentences import sentences_of
from jointre.data.skipped import SkippedData
from jointre.data.words import Words, words_of
from jointre.errors import DataError

Offsets = Sequence[tuple[int, int]]
InsideWords = Literal["split", "widen"]
SPLIT_WORDS = "words split where a mention begins or ends"
"""How these are counted; nothing is lost by it."""


class CharSpan(NamedTuple):
    """A mention as a tool gives it.

    Args:
        start: its first character, as Python counts them: code points from 0.
        end: the one after its last.
        place: where it stands in the file, for messages.
    """

    start: int
    end: int
    place: str


class WordRules(NamedTuple):
    """How a text is cut into the words that a reader gives, by every format of characters.

    Args:
        language: spaCy's code of the language whose rules find words and sentences.
        inside_words: Where a mention begins or ends inside a word, ``"split"`` cuts the word, so
            that the mention keeps its characters; ``"widen"`` makes the mention larger, so that
            words never depend on annotations, as in a text to be predicted.
    """

    language: str = "en"
    inside_words: InsideWords = "split"


ENGLISH = WordRules()
"""The rules of readers for which nothing else is chosen."""


class Fitted(NamedTuple):
    """A text's words, and the mentions in them.

    Args:
        words: cut wherever a mention begins or ends inside one, or as the rules have them.
        spans: one a mention, in their order; None for a mention without a word.
    """

    words: Words
    spans: tuple[Span | None, ...]


def fit(
    text: str,
    mentions: Sequence[CharSpan],
    skipped: SkippedData,
    place: str,
    words: Words | None = None,
    rules: WordRules = ENGLISH,
) -> Fitted:
    """The words of a text, such that every mention is made of whole words.

    By default, a word that a mention cuts is cut, so that predictions for the text have the
    mention's characters. White space at a mention's ends is no part of any word.

    Args:
        text: offsets count from its first character.
        mentions: in any order; they may overlap.
        skipped: counts words that were cut, and mentions that were narrowed or hold no word.
        place: of the text, for messages.
        words: those that the file gives, in order and apart; None: by spaCy's rules.
        rules: the language of the words, and what becomes of a word that a mention cuts.

    Raises:
        DataError: a mention ends before its start, or outside the text.
    """
    whole = words_of(text, rules.language, skipped, place) if words is None else words
    return fit_words(whole, len(text), mentions, skipped, place, rules)


def fit_words(
    words: Words,
    size: int,
    mentions: Sequence[CharSpan],
    skipped: SkippedData,
    place: str,
    rules: WordRules = ENGLISH,
) -> Fitted:
    """Words such that every mention is made of whole words, as :func:`fit` gives them.

    Args:
        words: In order and apart.
        size: Number of characters of the text.
        mentions: In any order; they may overlap.
        skipped: Counts words that were cut, and mentions that were narrowed or hold no word.
        place: Where the text stands, for messages.
        rules: What becomes of a word that a mention cuts.

    Raises:
        DataError: A mention ends before its start, or outside the text.
    """
    for mention in mentions:
        if not 0 <= mention.start <= mention.end <= size:
            raise DataError(
                f"{mention.place}: [{mention.start}, {mention.end}) is no part of the text of "
                f"{size} characters; 0 <= start <= end <= {size} must hold"
            )
    held = [mention for mention in mentions if mention.start < mention.end]
    borders = [edge for mention in held for edge in mention[:2]]
    cut = cut_at(borders, words) if rules.inside_words == "split" else words
    added = len(cut.tokens) - len(words.tokens)
    if added:
        skipped.add(SPLIT_WORDS, place, added)
    return Fitted(cut, tuple(_fitted(mention, cut.offsets, skipped) for mention in mentions))


def _fitted(mention: CharSpan, offsets: Offsets, skipped: SkippedData) -> Span | None:
    start, end, place = mention
    span = covered(start, end, offsets) if start < end else None
    if span is None:
        skipped.add("mentions without a word left out", place)
        return None
    left, right = chars_of(span, offsets)
    if left < start or right > end:
        skipped.add("mentions that begin or end inside a word widened to it", place)
    elif (left, right) != (start, end):
        skipped.add("mentions with outer spaces narrowed to their words", place)
    return span


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


def covered(start: int, end: int, offsets: Offsets) -> Span | None:
    """All words that have a character of ``[start, end)``, or None when none has.

    Args:
        start: first character in the text.
        end: the one after the last.
        offsets: of the words, in order and apart.
    """
    first = bisect_right(offsets, start, key=lambda offset: offset[1])
    last = bisect_left(offsets, end, key=lambda offset: offset[0])
    return Span(first, last) if first < last else None


def chars_of(span: Span, offsets: Offsets) -> tuple[int, int]:
    """The first character of a span and the one after its last."""
    return offsets[span.start][0], offsets[span.end - 1][1]


def with_text(document: Document, skipped: SkippedData) -> tuple[Document, str, Offsets]:
    """The document, its text and the characters of each word, for a format of characters.

    Args:
        document: about to be written, see :func:`text_of` and :func:`with_words`.
        skipped: counts what goes.
    """
    text, offsets = text_of(document, skipped)
    return with_words(document, text, offsets, skipped), text, offsets


def text_of(document: Document, skipped: SkippedData) -> tuple[str, Offsets]:
    """The text and the characters of each word, for a format that counts characters.

    Args:
        document: about to be written. One without text, or whose words do not follow one
            another in it, gets its words with spaces between.
        skipped: counts texts that are left out.
    """
    text, offsets = document.text, document.offsets
    if text is not None and offsets is not None and _apart(offsets, len(text)):
        return text, offsets
    if text is not None:
        kind = "texts left out, words with spaces between instead"
        skipped.add(kind, f"document {document.id!r}")
    made, at = [], 0
    for token in document.tokens:
        made.append((at, at + len(token)))
        at += len(token) + 1
    return " ".join(document.tokens), made


def with_words(document: Document, text: str, offsets: Offsets, skipped: SkippedData) -> Document:
    """The document without mentions that are white space only.

    Args:
        document: about to be written.
        text: as it is written.
        offsets: of the words in it.
        skipped: counts what goes.
    """
    place = f"document {document.id!r}"
    document, mentions, relations = keep_mentions(
        document, lambda span: bool(text[slice(*chars_of(span, offsets))].strip())
    )
    if mentions:
        skipped.add("mentions without a word left out", place, mentions)
    if relations:
        skipped.add("relations of entities without a mention left out", place, relations)
    return document


def utf8(text: str, id: str) -> bytes:
    """The text as a file holds it.

    Raises:
        DataError: it has half a surrogate pair.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"document {id!r}: cannot be written as UTF-8: {error.reason} at character "
            f"{error.start}; write 'jsonl' instead"
        ) from error


def spaced(text: str, offsets: Offsets) -> tuple[list[str], list[bool], list[int]]:
    """Words and white space as spaCy has them: a space after a word is none, other space is.

    Args:
        text: of the words.
        offsets: of the words, in order and apart.

    Returns:
        The parts of the text, whether a space follows each, and which of the parts are words.

    Example:
        >>> spaced("Ada  left", [(0, 3), (5, 9)])
        (['Ada', ' ', 'left'], [True, False, False], [0, 2])
    """
    words: list[str] = []
    spaces: list[bool] = []
    places: list[int] = []
    end = 0
    for left, right in [*offsets, (len(text), len(text))]:
        gap = text[end:left]
        if words and gap.startswith(" "):
            spaces[-1], gap = True, gap[1:]
        parts = [(gap, False)] if gap else []
        if left < right:
            parts.append((text[left:right], True))
        for part, own in parts:
            if own:
                places.append(len(words))
            words.append(part)
            spaces.append(False)
        end = right
    return words, spaces, places


def _apart(offsets: Offsets, size: int) -> bool:
    """Whether the words follow one another within the text, and none is empty."""
    edges = [0, *(edge for offset in offsets for edge in offset), size]
    return all(a <= b for a, b in pairwise(edges)) and all(a < b for a, b in offsets)


def count_reread(document: Document, found: Document | None, skipped: SkippedData) -> None:
    """Counts words and sentences that a format leaves to its reader to make anew.

    Args:
        document: as it is written.
        found: what reading will give; None: it cannot be read.
        skipped: filled.
    """
    place = f"document {document.id!r}"
    same = found is not None and found.tokens == document.tokens
    if not same:
        skipped.add("lists of words left out, which reading makes anew", place)
    borders = sentences_of(document)
    if len(borders) > 1 and not (same and found is not None and found.sentences == borders):
        skipped.add("lists of sentences left out, which reading makes anew", place)
