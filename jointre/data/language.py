"""Guess the language of texts from their scripts and stop words."""

from collections import Counter
from collections.abc import Iterable
from functools import cache

import regex

from jointre.data.spacy_import import spacy_module

_SCRIPTS = {
    "ja": regex.compile(r"[\p{Hiragana}\p{Katakana}]"),
    "ko": regex.compile(r"\p{Hangul}"),
    "zh": regex.compile(r"\p{Han}"),
    "ru": regex.compile(r"\p{Cyrillic}"),
    "el": regex.compile(r"\p{Greek}"),
    "ar": regex.compile(r"\p{Arabic}"),
    "he": regex.compile(r"\p{Hebrew}"),
    "hi": regex.compile(r"\p{Devanagari}"),
    "th": regex.compile(r"\p{Thai}"),
}
_LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "ro", "tr")
_LETTER = regex.compile(r"\p{L}")
_ENOUGH = 20_000  # characters
_FEW = 3  # stop words that may occur by chance
_JAPANESE = 0.1  # share of kana in a Japanese text, whose other characters are Chinese


def language_of(texts: Iterable[str]) -> str:
    """SpaCy's code of the most likely language, ``"en"`` unless another is clearly more likely.

    Args:
        texts: Texts, read until there are enough characters to decide.

    Example:
        >>> language_of(["Die Werft steht nicht mehr unter der Leitung von Hamburg."])
        'de'
    """
    sample = ""
    for text in texts:
        sample += f"{text}\n"
        if len(sample) >= _ENOUGH:
            break
    letters = max(1, len(_LETTER.findall(sample)))
    shares = {code: len(script.findall(sample)) / letters for code, script in _SCRIPTS.items()}
    if shares["ja"] > _JAPANESE:
        return "ja"
    script = max(shares, key=lambda code: shares[code])
    if shares[script] > 0.5:
        return script
    words = Counter(regex.findall(r"\p{L}+", sample.lower()))
    stop_word_counts = {code: sum(words[word] for word in _stop_words(code)) for code in _LATIN}
    best = max(stop_word_counts, key=lambda code: stop_word_counts[code])
    return best if stop_word_counts[best] > max(_FEW, 1.5 * stop_word_counts["en"]) else "en"


@cache
def _stop_words(code: str) -> frozenset[str]:
    return frozenset(spacy_module(f"spacy.lang.{code}.stop_words").STOP_WORDS)
