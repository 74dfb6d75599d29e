"""The words of a title and an abstract."""

from jointre.data.schema import Span
from jointre.data.words import Words, words_of


def words_between(title: str, abstract: str, language: str = "en") -> Words:
    """The words and sentences of a title and an abstract; no sentence is in both.

    Args:
        title: offsets count from its first character.
        abstract: one character stands between it and the title.
        language: spaCy's code of the language.
    """
    first, second = words_of(title, language), words_of(abstract, language)
    count, origin = len(first.tokens), len(title) + 1
    return Words(
        first.tokens + second.tokens,
        first.offsets + tuple((left + origin, right + origin) for left, right in second.offsets),
        first.sentences + tuple(Span(a + count, b + count) for a, b in second.sentences),
    )
