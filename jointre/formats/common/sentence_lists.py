"""Words that a file lists sentence by sentence."""

from typing import Any, NamedTuple

from jointre.data.fields import sequence, strings
from jointre.data.schema import Span


class SentenceLists(NamedTuple):
    """The words of a document, and its sentences.

    Args:
        tokens: Words of all sentences.
        borders: Sentences, as spans of the words.
    """

    tokens: list[str]
    borders: list[Span]


def read_sentence_lists(value: Any, location: str, key: str) -> SentenceLists:
    """The words of a document as one list.

    Args:
        value: Content of the record under ``key``: one list of words per sentence.
        location: Location of the record, for messages.
        key: Key of the sentences, for messages.

    Raises:
        DataError: The value is not a list of lists of strings.

    Example:
        >>> read_sentence_lists([["Ada", "left"], ["Why", "?"]], "a.json:1", "sents").borders
        [Span(start=0, end=2), Span(start=2, end=4)]
    """
    tokens: list[str] = []
    borders: list[Span] = []
    for index, words in enumerate(sequence(value, location, key)):
        start = len(tokens)
        tokens += strings(words, location, f"{key}[{index}]")
        borders.append(Span(start, len(tokens)))
    return SentenceLists(tokens, borders)
