"""Edit distances of mentions' words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein


def edit_distances(texts: Sequence[str], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Levenshtein distances in characters: insertions, deletions and substitutions.

    Case matters, spaces around a text do not (see "Coreference" in ``docs/specs/memory.md``).
    Mentions of a document often have the same words, so only distinct texts are compared.

    Args:
        texts: Texts of the mentions.
        pairs: Pairs of rows of ``texts``.

    Shapes:
        pairs ``"q 2"`` → ``"q"``.

    Example:
        >>> edit_distances(["hypertension", "hypotension"], np.array([[0, 1], [1, 1]])).tolist()
        [2, 0]
    """
    row_of: dict[str, int] = {}
    rows = np.array([row_of.setdefault(text.strip(), len(row_of)) for text in texts], np.int64)
    distinct = list(row_of)
    distances = process.cdist(distinct, distinct, scorer=Levenshtein.distance, dtype=np.int32)
    return distances.astype(np.int64)[rows[pairs[:, 0]], rows[pairs[:, 1]]]
