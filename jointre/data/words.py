"""Raw text → words and sentences, by spaCy's rules; no model is needed."""

import re
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from jointre.data.schema import Span
from jointre.errors import ConfigError, DataError

_HALF = re.compile("[\ud800-\udfff]")
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

    Args:
        text: of any length.
        language: spaCy's code of the language, ``"xx"`` for any.

    Raises:
        ConfigError: spaCy does not know the language.
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
    for sentence in _rules(language)(text).sents:
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


@cache
def _rules(language: str) -> Any:
    """SpaCy's tokenizer and sentencizer; it takes a second to import, and only text needs it."""
    try:
        nlp = import_module("spacy").blank(language)
    except (ImportError, ValueError) as error:
        raise ConfigError(
            f"language={language!r}: spaCy has no such language; take its code, such as en, de "
            "or zh, or xx for any"
        ) from error
    nlp.add_pipe("sentencizer")
    nlp.max_length = 2**31  # the limit guards parsers, which are not used here
    return nlp
