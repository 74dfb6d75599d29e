"""The sentences of a document, and the sentence of a span or a word."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jointre.data.annotation import Span, check_sentences
from jointre.data.schema import Document
from jointre.errors import abbreviated


def sentences_of(document: Document) -> tuple[Span, ...]:
    """The document's sentences; the whole document if it lists none.

    Raises:
        DataError: The sentences leave a gap, overlap or stop before the end.
    """
    size = len(document.tokens)
    borders = document.sentences or (Span(0, size),)
    check_sentences(borders, size, f"document {abbreviated(document.id)}")
    return borders


def sentence_of(span: Span, borders: Sequence[Span]) -> int | None:
    """Index of the sentence that contains a span; None if the span crosses a border.

    Args:
        span: Span that is not empty.
        borders: Sentences in order; they may be empty.
    """
    index = bisect_right(borders, span.start, key=lambda border: border.start) - 1
    return index if index >= 0 and span.end <= borders[index].end else None


def sentence_numbers(document: Document) -> NDArray[np.int64]:
    """The sentence number of each word; empty sentences have numbers too.

    Shapes:
        returns ``"n"``.

    Raises:
        DataError: The sentences leave a gap, overlap or stop before the end.
    """
    borders = sentences_of(document)
    return np.repeat(np.arange(len(borders)), [end - start for start, end in borders])
