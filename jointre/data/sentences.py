"""The sentences of a document, and which of them holds a span or a word."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jointre.data.schema import Document, Span
from jointre.errors import DataError, abbreviated


def sentences_of(document: Document) -> tuple[Span, ...]:
    """The document's sentences; the whole of it where it names none.

    Raises:
        DataError: they leave a gap, overlap or stop before the end.
    """
    size = len(document.tokens)
    borders = document.sentences or (Span(0, size),)
    at = 0
    for index, (start, end) in enumerate(borders):
        if start != at or end < start:
            raise DataError(
                f"document {abbreviated(document.id)}: sentence {index} is [{start}, {end}), but "
                f"must begin at {at}; sentences follow one another and cover all tokens"
            )
        at = end
    if at != size:
        raise DataError(
            f"document {abbreviated(document.id)}: the sentences end at {at}, but "
            f"there are {size} tokens"
        )
    return borders


def sentence_of(span: Span, borders: Sequence[Span]) -> int | None:
    """Index of the sentence that holds all of a span, or None when it crosses a border.

    Args:
        span: not empty.
        borders: the sentences, in order; empty ones hold nothing.
    """
    index = bisect_right(borders, span.start, key=lambda border: border.start) - 1
    return index if index >= 0 and span.end <= borders[index].end else None


def sentence_numbers(document: Document) -> NDArray[np.int64]:
    """The sentence of each word; empty sentences count.

    Shapes:
        returns ``"n"``.

    Raises:
        DataError: the sentences leave a gap, overlap or stop before the end.
    """
    borders = sentences_of(document)
    return np.repeat(np.arange(len(borders)), [end - start for start, end in borders])
