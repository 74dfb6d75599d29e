"""Raw text → words and sentences, by spaCy's rules; no model is needed."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import regex

from jointre.data.annotation import Span
from jointre.data.skipped import SkippedData
from jointre.data.spacy_import import spacy_module
from jointre.errors import ConfigError, DataError

_HALF = re.compile("[\ud800-\udfff]")
_UNSPACED = regex.compile(
    r"((?:[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\u30FC]"
    r"|[\u3001-\u3003\u3008-\u3011\uFF01\uFF0C\uFF1A\uFF1B\uFF1F\uFF61\uFF64])"
    r"[\p{M}\u200D\uFE00-\uFE0F]*)"
)
"""A character of a script without spaces between words, or of its punctuation, with its marks."""
_OPENING = frozenset("([{「『《〈【")
_QUOTES = frozenset(('"', "'", "“", "”", "„", "«", "»", "‹", "›", "‘", "’", "``", "''"))
_LINE = re.compile(r"^.*\S.*$", re.MULTILINE)
_BULLET = re.compile(r"\s*[-*+•‣▪◦·–—]\s+\S")
_NUMBER = re.compile(r"\s*\(?(?:[0-9]{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)]\s+\S")
_MARKER = re.compile(r"\(?(?:[0-9]{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)]")
_PART = 250  # most characters that stay together in a run that is cut
_RUN = re.compile(r"\S{501,}")
_AFTER_STOP = regex.compile(r"(?<=[。！？，、；：])(?!\p{M})")
_MARK = regex.compile(r"[\p{M}\u200D\uFE00-\uFE0F]")
LONG_RUNS = (
    "runs of more than 500 characters without a space were cut into words of at most "
    f"{_PART} characters"
)
"""How cut runs are counted; no character is lost, but a word may have been cut."""


class Words(NamedTuple):
    """The words of a text.

    Args:
        tokens: Words in order; white space is not a word.
        offsets: First character of each word, and the character after its last.
        sentences: Sentences, as spans of the words.
    """

    tokens: tuple[str, ...]
    offsets: tuple[tuple[int, int], ...]
    sentences: tuple[Span, ...]


def words_of(
    text: str,
    language: str = "en",
    skipped: SkippedData | None = None,
    location: str = "the text",
) -> Words:
    """The words and sentences of a text.

    Where a language's rules separate words by white space, each character of a script that is
    written without it (Chinese, Japanese, Thai and others) is a word of its own.

    Args:
        text: The text, of any length.
        language: spaCy's code of the language, ``"xx"`` for any.
        skipped: If given, counts the runs without white space that were cut because they are too
            long for spaCy's rules (:data:`LONG_RUNS`).
        location: Location of the text, for messages.

    Raises:
        ConfigError: spaCy does not know the language, or needs another package for it.
        DataError: The text has half of a surrogate pair, as broken JSON may have.

    Example:
        >>> words_of("She left. Why?")
        Words(tokens=('She', 'left', '.', 'Why', '?'), \
offsets=((0, 3), (4, 8), (8, 9), (10, 13), (13, 14)), \
sentences=(Span(start=0, end=3), Span(start=3, end=5)))
    """
    _refuse_half_surrogates(text)
    if text.startswith("\ufeff"):  # a byte-order mark is not part of the first word
        text = f" {text[1:]}"
    spaced, inserted = _with_long_runs_cut(text, language, skipped, location)
    tokens, offsets, ends = _tokens(_doc(spaced, language), inserted)
    lines = list_lines(text)
    sentences: list[Span] = []
    for first, end in pairwise([0, *ends]):
        if sentences:
            # SpaCy ends a sentence after all punctuation that follows its full stop.
            first = _first_opening(text, tokens, offsets, sentences[-1].start, first)
            sentences[-1] = Span(sentences[-1].start, first)
        if end > first:
            sentences += _between_lines(Span(first, end), offsets, lines)
    return Words(tuple(tokens), tuple(offsets), _with_markers(text, offsets, sentences, lines))


def _tokens(doc: Any, inserted: list[int]) -> tuple[list[str], list[tuple[int, int]], list[int]]:
    """The words of a Doc without inserted spaces, their offsets, and the end of each sentence."""
    tokens: list[str] = []
    offsets: list[tuple[int, int]] = []
    ends: list[int] = []
    for sentence in doc.sents:
        for token in sentence:
            if not token.is_space:
                start = token.idx - bisect_right(inserted, token.idx)
                tokens.append(token.text)
                offsets.append((start, start + len(token.text)))
        ends.append(len(tokens))
    return tokens, offsets, ends


def _first_opening(
    text: str, tokens: list[str], offsets: list[tuple[int, int]], start: int, end: int
) -> int:
    """The first of the brackets and quotation marks at the end of a sentence that open the next.

    It is ``end`` if the sentence of the words from ``start`` to ``end`` does not end in such marks.
    """
    while end - 1 > start and _opens(text, tokens[end - 1], *offsets[end - 1]):
        end -= 1
    return end


def _refuse_half_surrogates(text: str) -> None:
    half = _HALF.search(text)
    if half is not None:
        raise DataError(
            f"character {half.start()} of the text is half of a surrogate pair, {half[0]!r}; "
            "no text has such characters: repair the file"
        )


def _with_markers(
    text: str, offsets: Sequence[tuple[int, int]], sentences: Sequence[Span], lines: Sequence[int]
) -> tuple[Span, ...]:
    """The sentences, with the number of a list item joined to the sentence that follows it."""
    if not lines:
        return tuple(sentences)
    joined: list[Span] = []
    marker = False
    for start, end in sentences:
        left, right = offsets[start][0], offsets[end - 1][1]
        if marker:
            joined[-1] = Span(joined[-1].start, end)
        else:
            joined.append(Span(start, end))
        line = text.rfind("\n", 0, left) + 1
        index = bisect_left(lines, line)
        begins = index < len(lines) and lines[index] == line and not text[line:left].strip()
        marker = begins and _MARKER.fullmatch(text[left:right]) is not None
    return tuple(joined)


def list_lines(text: str) -> list[int]:
    r"""The first characters of the lines of lists, and of the lines that follow a list.

    A line with a bullet belongs to a list; a line with a number or letter does if the line before
    or after it has one too. The line after a list is included unless it is indented or begins in
    lower case.

    Example:
        >>> list_lines("We need:\n- salt\n- oil\nThen stir.")
        [9, 16, 22]
    """
    lines = [(match.start(), match[0]) for match in _LINE.finditer(text)]
    numbered = [bool(_NUMBER.match(line)) for _, line in lines]
    begins: list[int] = []
    in_list = False
    for index, (start, line) in enumerate(lines):
        neighbours = numbered[max(0, index - 1) : index] + numbered[index + 1 : index + 2]
        if _BULLET.match(line) or (numbered[index] and any(neighbours)):
            begins.append(start)
            in_list = True
        elif in_list and not line[0].isspace() and not line[0].islower():
            begins.append(start)
            in_list = False
    return begins


def _between_lines(
    sentence: Span, offsets: Sequence[tuple[int, int]], lines: Sequence[int]
) -> list[Span]:
    """A sentence, cut where lines of a list begin."""
    start, end = sentence
    first, last = offsets[start][0], offsets[end - 1][0]
    inside = lines[bisect_right(lines, first) : bisect_right(lines, last)]
    line_words = [bisect_left(offsets, (line, 0), start, end) for line in inside]
    borders = [start, *sorted({word for word in line_words if start < word < end}), end]
    return [Span(left, right) for left, right in pairwise(borders)]


def _opens(text: str, token: str, start: int, end: int) -> bool:
    """Whether a bracket or quotation mark opens what follows it."""
    if token in _OPENING:
        return True
    if token not in _QUOTES:
        return False
    before = start == 0 or text[start - 1].isspace() or text[start - 1] in _OPENING
    return before and end < len(text) and not text[end].isspace()


def _with_long_runs_cut(
    text: str, language: str, skipped: SkippedData | None, location: str
) -> tuple[str, list[int]]:
    """The text with spaces inserted into long runs without any, and the positions of these spaces.

    SpaCy's time for a run of punctuation grows with the square of its length.
    """
    if _RUN.search(text) is None:
        return text, []
    borders = _UNSPACED if _separates_by_spaces(_rules(language)) else _AFTER_STOP
    parts: list[str] = []
    inserted: list[int] = []
    last = 0
    for run in _RUN.finditer(text):
        cuts, between_words = _cuts(text, run, borders)
        for cut in cuts:
            parts.append(text[last:cut])
            inserted.append(cut + len(inserted))
            last = cut
        if skipped is not None and not between_words:
            skipped.add(LONG_RUNS, f"{location}, character {run.start()}: {run[0][:40]!r}")
    return " ".join([*parts, text[last:]]), inserted


def _cuts(text: str, run: re.Match[str], borders: regex.Pattern[str]) -> tuple[list[int], bool]:
    """Positions at which to cut a run, and whether all of them are certainly between two words."""
    start, end = run.span()
    cuts: list[int] = []
    between_words = True
    while end - start > _PART:
        latest, earliest = start + _PART, start + _PART // 2
        border_starts = [match.start() for match in borders.finditer(text, earliest, latest)]
        if border_starts:
            cut = border_starts[-1]
        else:
            between_words = False
            cut = latest
            while cut > earliest and _MARK.match(text, cut):  # a letter keeps its accents
                cut -= 1
        cuts.append(cut)
        start = cut
    return cuts, between_words


def check_language(language: str) -> str:
    """The language, if spaCy has rules for its words.

    Raises:
        ConfigError: spaCy does not know the language, or needs another package for it.
    """
    _rules(language)
    return language


def _doc(text: str, language: str) -> Any:
    """A spaCy Doc with tokens and sentence borders."""
    nlp = _rules(language)
    if not _UNSPACED.search(text) or not _separates_by_spaces(nlp):
        return nlp(text)
    tokenised = nlp.make_doc(text)
    words: list[str] = []
    spaces: list[bool] = []
    for token in tokenised:
        parts = [part for part in _UNSPACED.split(token.text) if part]
        words += parts
        spaces += [False] * (len(parts) - 1) + [bool(token.whitespace_)]
    doc = type(tokenised)(nlp.vocab, words=words, spaces=spaces)
    return nlp.get_pipe("sentencizer")(doc)


def _separates_by_spaces(nlp: Any) -> bool:
    """Whether the language has spaCy's common tokenizer, which knows no dictionary."""
    return isinstance(nlp.tokenizer, spacy_module("spacy.tokenizer").Tokenizer)


@cache
def _rules(language: str) -> Any:
    """SpaCy's tokenizer and sentencizer; it takes a second to import, and only text needs it."""
    try:
        nlp = spacy_module().blank(language)
    except (ImportError, ValueError) as error:
        raise ConfigError(_no_rules(language, str(error))) from error
    nlp.add_pipe("sentencizer")
    nlp.max_length = 2**31  # the limit protects parsers, which are not used here
    return nlp


def _no_rules(language: str, message: str) -> str:
    if "[E048]" in message:  # spaCy's number for a language that it does not have
        return (
            f"language={language!r}: spaCy has no such language; take its code, such as en, de "
            "or zh, or xx for any"
        )
    reason = " ".join(message.split())
    return (
        f"language={language!r}: spaCy's words of this language need another package ({reason}). "
        "Install it, or take xx, which makes each character of a script without spaces a word"
    )
