"""The words of a title and an abstract."""

from jointre.data.schema import Span
from jointre.data.skipped import SkippedData
from jointre.data.words import Words, words_of


def words_between(
    title: str,
    abstract: str,
    language: str = "en",
    skipped: SkippedData | None = None,
    location: str = "the text",
) -> Words:
    """The words and sentences of a title and an abstract; no sentence is in both.

    Args:
        title: Text of the title; offsets count from its first character.
        abstract: Text of the abstract, which follows the title after one character.
        language: Language, as a spaCy code.
        skipped: If given, counts long runs without white space that were cut.
        location: Location of the record, for messages.
    """
    title_words = words_of(title, language, skipped, f"{location}, title")
    abstract_words = words_of(abstract, language, skipped, f"{location}, abstract")
    title_size, abstract_start = len(title_words.tokens), len(title) + 1
    return Words(
        title_words.tokens + abstract_words.tokens,
        title_words.offsets
        + tuple(
            (left + abstract_start, right + abstract_start)
            for left, right in abstract_words.offsets
        ),
        title_words.sentences
        + tuple(Span(a + title_size, b + title_size) for a, b in abstract_words.sentences),
    )
