"""The words of a title and an abstract."""

from jointre.data.schema import Span
from jointre.data.skipped import SkippedData
from jointre.data.words import Words, words_of


def words_between(
    title: str,
    abstract: str,
    language: str = "en",
    skipped: SkippedData | None = None,
    place: str = "the text",
) -> Words:
    """The words and sentences of a title and an abstract; no sentence is in both.

    Args:
        title: offsets count from its first character.
        abstract: one character stands between it and the title.
        language: Language, as a spaCy code.
        skipped: If given, counts long runs without white space that were cut.
        place: Where the record stands, for messages.
    """
    first = words_of(title, language, skipped, f"{place}, title")
    second = words_of(abstract, language, skipped, f"{place}, abstract")
    count, origin = len(first.tokens), len(title) + 1
    return Words(
        first.tokens + second.tokens,
        first.offsets + tuple((left + origin, right + origin) for left, right in second.offsets),
        first.sentences + tuple(Span(a + count, b + count) for a, b in second.sentences),
    )
