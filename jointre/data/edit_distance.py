"""Edit distances of mentions' words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein


def edit_distances(texts: Sequence[str], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Levenshtein distances in characters: insertions, deletions and substitutions.

    Case counts, spaces around a text do not (memory §3.7). Mentions of a document often
    have the same words, so only distinct texts are compared, once for all their pairs.

    Args:
        texts: Texts of the mentions.
        pairs: Pairs of rows of ``texts``.

    Shapes:
        pairs ``"q 2"`` → ``"q"``.

    Example:
        >>> edit_distances(["hypertension", "hypotension"], np.array([[0, 1], [1, 1]])).tolist()
        [2, 0]
    """
    number: dict[str, int] = {}
    place = np.array([number.setdefault(text.strip(), len(number)) for text in texts], np.int64)
    distinct = list(number)
    table = process.cdist(distinct, distinct, scorer=Levenshtein.distance, dtype=np.int32)
    return table.astype(np.int64)[place[pairs[:, 0]], place[pairs[:, 1]]]
