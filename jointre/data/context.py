"""Context of a unit: the words around a sentence that the encoder reads together with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from jointre.data.schema import Document
from jointre.data.split import Unit

Context = Literal["sentence", "document"] | Annotated[int, Ge(8), Le(100_000)]
"""What the encoder reads of a document for one of its sentences; a number is a count of pieces."""

Pairs = Literal["sentence", "document"] | Annotated[int, Ge(1), Le(10_000)]
"""Which mentions are paired: all of a sentence or document, or those so many sentences apart."""


class Place(NamedTuple):
    """Where a unit stands in a document.

    Args:
        document: The document; its identity says which units share it.
        offset: Index of the unit's first word in the document.
    """

    document: Document
    offset: int


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Pieces that the encoder reads together, in one or several windows.

    Units that share a stretch hold the same object, and a batch encodes it once.

    Args:
        ids: Piece ids, without special ones.
    """

    ids: NDArray[np.int64]


class View(NamedTuple):
    """The part of a stretch that is a unit.

    Args:
        stretch: What the encoder reads.
        start: Index of the unit's first piece in the stretch.
    """

    stretch: Stretch
    start: int


def places_of(documents: Sequence[Document], units: Sequence[Unit]) -> list[Place]:
    """Where units stand in the documents that they were split from.

    Args:
        documents: The documents.
        units: Units that :func:`~jointre.data.split.split` made of them.
    """
    return [Place(documents[unit.source], unit.offset) for unit in units]


def window_around(
    starts: NDArray[np.int64], first: int, last: int, most: int
) -> tuple[int, int] | None:
    """The words of a window around a sentence; None if the sentence fills the window alone.

    Half of the free pieces precede the sentence and half follow it. Where the document ends
    before a half is full, the other side gets the rest. Words are never cut.

    Args:
        starts: First piece of each word of the document, and the number of its pieces.
        first: Index of the sentence's first word.
        last: Index after its last word.
        most: Maximum number of pieces in the window.
    """
    low, high, size = int(starts[first]), int(starts[last]), int(starts[-1])
    free = most - (high - low)
    if free <= 0:
        return None
    before = min(low, max(free // 2, free - (size - high)))
    left = int(np.searchsorted(starts, low - before, side="left"))
    reach = int(starts[left]) + most
    right = int(np.searchsorted(starts, min(reach, size), side="right")) - 1
    return left, max(right, last)


def single_sentences(documents: Sequence[Document]) -> bool:
    """Whether no document has words beyond a single sentence, so that context adds nothing."""
    return not any(
        sum(end > start for start, end in document.sentences) > 1 for document in documents
    )
