"""Raw text → words and sentences, by spaCy's rules; no model is needed."""

import re
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

import regex

from jointre.data.schema import Span
from jointre.errors import ConfigError, DataError

_HALF = re.compile("[\ud800-\udfff]")
_UNSPACED = regex.compile(
    r"((?:[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\u30FC]"
    r"|[\u3001-\u3003\u3008-\u3011\uFF01\uFF0C\uFF1A\uFF1B\uFF1F\uFF61\uFF64])"
    r"[\p{M}\u200D\uFE00-\uFE0F]*)"
)
"""A character of a script without spaces between words, or of its punctuation, with its marks."""
_OPENING = frozenset("([{")


class Words(NamedTuple):
    """The words of a text.

    Args:
        tokens: white space is no word.
        offsets: each word's first character and the one after its last.
        sentences: token spans.
    """

    tokens: tuple[str, ...]
    offsets: tuple[tuple[int, int], ...]
    sentences: tuple[Span, ...]


def words_of(text: str, language: str = "en") -> Words:
    """The words and sentences of a text.

    Where a language's rules separate words by white space, each character of a script that is
    written without it (Chinese, Japanese, Thai and others) is a word of its own.

    Args:
        text: of any length.
        language: spaCy's code of the language, ``"xx"`` for any.

    Raises:
        ConfigError: spaCy does not know the language, or needs another package for it.
        DataError: the text has half of a surrogate pair, as broken JSON may.

    Example:
        >>> words_of("She left. Why?")
        Words(tokens=('She', 'left', '.', 'Why', '?'), \
offsets=((0, 3), (4, 8), (8, 9), (10, 13), (13, 14)), \
sentences=(Span(start=0, end=3), Span(start=3, end=5)))
    """
    tokens: list[str] = []
    offsets: list[tuple[int, int]] = []
    sentences: list[Span] = []
    half = _HALF.search(text)
    if half is not None:
        raise DataError(
            f"character {half.start()} of the text is half of a surrogate pair, {half[0]!r}; "
            "no text has such characters: repair the file"
        )
    for sentence in _doc(text, language).sents:
        first = len(tokens)
        for token in sentence:
            if not token.is_space:
                tokens.append(token.text)
                offsets.append((token.idx, token.idx + len(token.text)))
        # SpaCy ends a sentence after all punctuation that follows its full stop.
        while first and tokens[first - 1] in _OPENING and first - 1 > sentences[-1].start:
            first -= 1
            sentences[-1] = Span(sentences[-1].start, first)
        if len(tokens) > first:
            sentences.append(Span(first, len(tokens)))
    return Words(tuple(tokens), tuple(offsets), tuple(sentences))


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
    return isinstance(nlp.tokenizer, import_module("spacy.tokenizer").Tokenizer)


@cache
def _rules(language: str) -> Any:
    """SpaCy's tokenizer and sentencizer; it takes a second to import, and only text needs it."""
    try:
        nlp = import_module("spacy").blank(language)
    except (ImportError, ValueError) as error:
        raise ConfigError(_no_rules(language, str(error))) from error
    nlp.add_pipe("sentencizer")
    nlp.max_length = 2**31  # the limit guards parsers, which are not used here
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
