"""The words of a record, cut where mentions that are given by characters begin or end."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from jointre.data.annotation import Span
from jointre.data.char_spans import CharSpan, WordRules, fit_words
from jointre.data.fields import mapping, pair, sequence
from jointre.data.skipped import SkippedData
from jointre.data.words import Words, words_of

Chars = tuple[int, int]


class Given(NamedTuple):
    """What a record says of its words.

    Args:
        tokens: The record's own words; None: the text is cut by the rules.
        offsets: Characters of each token, where known.
        sentences: Spans of the tokens.
        text: The record's text, where it has one.
    """

    tokens: tuple[str, ...] | None
    offsets: tuple[Chars, ...] | None
    sentences: tuple[Span, ...]
    text: str | None


class CutWords(NamedTuple):
    """The words of a record, and its mentions in them.

    Args:
        words: Words and sentences; offsets are meaningless where ``known`` is false.
        known: Whether the offsets of the words are known.
        spans: Words of each mention by characters, None for a mention without a word; None as a
            whole if the given words cannot be split.
        starts: Index of the first part of each word of the record, then the number of all words; it
            translates positions of the record's own tokens.
    """

    words: Words
    known: bool
    spans: Mapping[Chars, Span | None] | None
    starts: Sequence[int]


def cut_words(
    given: Given, entities: Any, rules: WordRules, location: str, skipped: SkippedData
) -> CutWords:
    """The words of a record.

    Args:
        given: The record's own words, or the text that is cut into words.
        entities: The record's entities, not yet checked.
        rules: How the text is cut into words, and what becomes of a word that a mention cuts.
        location: Location of the record, for messages.
        skipped: Counts words that were cut, and mentions outside the text.

    Raises:
        DataError: A value cannot be right.
    """
    tokens, offsets, sentences, text = given
    if tokens is None:
        whole = words_of(text or "", rules.language, skipped, location)
    else:
        whole = Words(tokens, offsets or (), sentences)
    size = _size(text, whole.offsets)
    if tokens is not None and (offsets is None or not _cuttable(whole, size)):
        return CutWords(whole, offsets is not None, None, range(len(tokens) + 1))
    mentions = list(_inside(entities, size, location, skipped))
    cut, spans = fit_words(whole, size, mentions, skipped, location, rules)
    first = {left: index for index, (left, _) in enumerate(cut.offsets)}
    starts = [*(first[left] for left, _ in whole.offsets), len(cut.tokens)]
    found = {mention[:2]: span for mention, span in zip(mentions, spans, strict=True)}
    return CutWords(cut, True, found, starts)


def _size(text: str | None, offsets: Sequence[Chars]) -> int:
    return len(text) if text is not None else max((right for _, right in offsets), default=0)


def _cuttable(words: Words, size: int) -> bool:
    """Whether words follow one another in the text and each has as many characters as it says."""
    edges = [0, *(edge for offset in words.offsets for edge in offset), size]
    return all(a <= b for a, b in pairwise(edges)) and all(
        0 < right - left == len(token)
        for token, (left, right) in zip(words.tokens, words.offsets, strict=True)
    )


def _inside(entities: Any, size: int, location: str, skipped: SkippedData) -> Iterator[CharSpan]:
    """The mentions by characters of entities that name no tokens, where they lie in the text."""
    for index, item in enumerate(sequence(entities, location, "entities")):
        what = f"entities[{index}]"
        fields = mapping(item, location, what)
        if fields.get("mentions") is not None or fields.get("chars") is None:
            continue
        for number, chars in enumerate(sequence(fields["chars"], location, f"{what}.chars")):
            here = f"{what}.chars[{number}]"
            start, end = pair(chars, location, here)
            if 0 <= start <= end <= size:
                yield CharSpan(start, end, f"{location}, {here}")
            else:
                kind = "mentions outside their text skipped"
                example = f"{location}, {here} is [{start}, {end}] in a text of {size} characters"
                skipped.add(kind, example)
