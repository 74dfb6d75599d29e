"""Clustering of mentions by the coreference probabilities of their pairs."""

import numpy as np
from numpy.typing import NDArray


def cluster(
    size: int, pairs: NDArray[np.int64], probabilities: NDArray[np.float32], threshold: float
) -> NDArray[np.int64]:
    """Group mentions so that any two of a cluster are more probable than the threshold.

    Complete linkage: the two clusters whose least probable pair is most probable merge
    first, as long as that pair is above the threshold (memory §3.8). A mention that is merged
    with no other forms a cluster by itself.

    Args:
        size: Number of mentions.
        pairs: All pairs of mentions i < j, in any order.
        probabilities: Coreference probability of each pair.
        threshold: Probability that all pairs of a cluster exceed, from 0 to 1.

    Returns:
        The cluster of each mention; clusters are numbered by their first mentions.

    Shapes:
        pairs ``"q 2"``, probabilities ``"q"`` → ``"size"``.

    Raises:
        ValueError: The pairs are not all pairs i < j of ``size`` mentions.

    Example:
        >>> pairs = np.array([[0, 1], [0, 2], [1, 2]])
        >>> cluster(3, pairs, np.array([0.95, 0.5, 0.9], np.float32), 0.85).tolist()
        [0, 0, 1]
    """
    from scipy.cluster.hierarchy import fcluster, linkage  # slow to import

    first, second = pairs[:, 0], pairs[:, 1]
    order = np.lexsort((second, first))
    if not np.array_equal(pairs[order], np.stack(np.triu_indices(size, 1), 1)):
        raise ValueError(f"the {len(pairs)} pairs are not all i < j of {size} mentions")
    if size < 2:
        return np.zeros(size, np.int64)
    distances = 1 - probabilities[order].astype(np.float64)  # exact for what can merge
    below = np.nextafter(1 - threshold, -1)  # fcluster includes its bound
    scipy_numbers = fcluster(linkage(distances, "complete"), below, "distance")
    _, first_mention, inverse = np.unique(scipy_numbers, return_index=True, return_inverse=True)
    cluster_numbers: NDArray[np.int64] = first_mention.argsort().argsort()[inverse]
    return cluster_numbers
