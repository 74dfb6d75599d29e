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
    """The words, offsets, sentences and text that a record gives.

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
        rules: How the text is cut into words, and whether words are split at mentions.
        location: Location of the record, for messages.
        skipped: Counts words that were cut, and mentions outside the text.

    Raises:
        DataError: A value cannot be right.
    """
    tokens, offsets, sentences, text = given
    if tokens is None:
        given_words = words_of(text or "", rules.language, skipped, location)
    else:
        given_words = Words(tokens, offsets or (), sentences)
    size = _size(text, given_words.offsets)
    if tokens is not None and (offsets is None or not _cuttable(given_words, size)):
        return CutWords(given_words, offsets is not None, None, range(len(tokens) + 1))
    mentions = list(_inside(entities, size, location, skipped))
    final_words, spans = fit_words(given_words, size, mentions, skipped, location, rules)
    first_part = {left: index for index, (left, _) in enumerate(final_words.offsets)}
    starts = [*(first_part[left] for left, _ in given_words.offsets), len(final_words.tokens)]
    span_by_chars = {mention[:2]: span for mention, span in zip(mentions, spans, strict=True)}
    return CutWords(final_words, True, span_by_chars, starts)


def _size(text: str | None, offsets: Sequence[Chars]) -> int:
    return len(text) if text is not None else max((right for _, right in offsets), default=0)


def _cuttable(words: Words, size: int) -> bool:
    """Whether the words follow one another in the text and have the lengths of their offsets."""
    edges = [0, *(edge for offset in words.offsets for edge in offset), size]
    return all(a <= b for a, b in pairwise(edges)) and all(
        0 < right - left == len(token)
        for token, (left, right) in zip(words.tokens, words.offsets, strict=True)
    )


def _inside(entities: Any, size: int, location: str, skipped: SkippedData) -> Iterator[CharSpan]:
    """The mentions in the text of entities that give only characters."""
    for index, item in enumerate(sequence(entities, location, "entities")):
        what = f"entities[{index}]"
        fields = mapping(item, location, what)
        if fields.get("mentions") is not None or fields.get("chars") is None:
            continue
        for number, chars in enumerate(sequence(fields["chars"], location, f"{what}.chars")):
            field = f"{what}.chars[{number}]"
            start, end = pair(chars, location, field)
            if 0 <= start <= end <= size:
                yield CharSpan(start, end, f"{location}, {field}")
            else:
                kind = "mentions outside their text skipped"
                example = f"{location}, {field} is [{start}, {end}] in a text of {size} characters"
                skipped.add(kind, example)
