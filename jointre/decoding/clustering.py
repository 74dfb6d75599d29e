"""Pairs of mentions → clusters."""

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

NUMBERS_AT_ONCE = 1 << 22  # probabilities compared together


def cluster(
    size: int,
    pairs: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    threshold: float,
    groups: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Group mentions so that any two of a cluster are more probable than the threshold.

    Complete linkage: the two clusters whose least probable pair is most probable merge first, as
    long as that pair is above the threshold. A mention that goes with no other is a cluster.

    Mentions of one group stay together whatever their probabilities are. The probability between
    two groups is the mean of those of their pairs, and groups are linked like mentions.

    Args:
        size: Number of mentions.
        pairs: All pairs of mentions i < j, in any order.
        probabilities: Coreference probability of each pair.
        threshold: Probability that all pairs of a cluster exceed, from 0 to 1.
        groups: The group of each mention, numbered from 0; None: each mention is its own group.

    Returns:
        The cluster of each mention; clusters are numbered by their first mentions.

    Shapes:
        pairs ``"q 2"``, probabilities ``"q"``, groups ``"size"`` → ``"size"``.

    Raises:
        ValueError: The pairs are not those of so many mentions.

    Example:
        >>> pairs = np.array([[0, 1], [0, 2], [1, 2]])
        >>> probabilities = np.array([0.95, 0.5, 0.9], np.float32)
        >>> cluster(3, pairs, probabilities, 0.85).tolist()
        [0, 0, 1]
        >>> cluster(3, pairs, probabilities, 0.65, groups=np.array([0, 0, 1])).tolist()
        [0, 0, 0]
    """
    from scipy.cluster.hierarchy import fcluster, linkage  # slow to import

    first, second = pairs[:, 0], pairs[:, 1]
    order = np.lexsort((second, first))
    if not np.array_equal(pairs[order], np.stack(np.triu_indices(size, 1), 1)):
        raise ValueError(f"the {len(pairs)} pairs are not all i < j of {size} mentions")
    if groups is None:
        groups = np.arange(size)
    count = int(groups.max(initial=-1)) + 1
    if count < 2:
        return np.zeros(size, np.int64)
    # 1 - p in float64 is exact for what can merge.
    distances = _mean_distances(pairs[order], 1 - probabilities[order].astype(np.float64), groups)
    below = np.nextafter(1 - threshold, -1)  # fcluster includes its bound
    number = fcluster(linkage(distances, "complete"), below, "distance")[groups]
    _, opening, inverse = np.unique(number, return_index=True, return_inverse=True)
    clusters: NDArray[np.int64] = opening.argsort().argsort()[inverse]
    return clusters


def _mean_distances(
    pairs: NDArray[np.int64], distances: NDArray[np.float64], groups: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Mean distance of every pair of groups, in the order that scipy's ``linkage`` reads."""
    count = int(groups.max()) + 1
    low, high = np.sort(groups[pairs], 1).T
    code = low * count + high
    across = low != high
    sums = np.bincount(code[across], distances[across], count * count)
    numbers = np.bincount(code[across], minlength=count * count)
    rows, columns = np.triu_indices(count, 1)
    wanted = rows * count + columns
    means: NDArray[np.float64] = sums[wanted] / numbers[wanted]
    return means


def linked_groups(size: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """The groups of mentions that pairs link, directly or through others.

    Args:
        size: Number of mentions.
        pairs: Pairs of mentions of one group.

    Returns:
        The group of each mention, numbered from 0.

    Shapes:
        pairs ``"q 2"`` → ``"size"``.

    Example:
        >>> linked_groups(4, np.array([[0, 2], [2, 3]])).tolist()
        [0, 1, 0, 0]
    """
    from scipy.sparse import coo_array  # slow to import
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), (size, size))
    numbers: NDArray[np.int64] = connected_components(links, directed=False)[1].astype(np.int64)
    return numbers


def relation_differences(
    probabilities: Float[Tensor, "m m r"], pairs: Int[Tensor, "q 2"]
) -> Float[Tensor, " q"]:
    """How much the relations of two mentions differ, from 0 (not at all) to 1.

    The relations of a mention are its probabilities as a head and as a tail, with every mention
    and label. The difference of two mentions is the sum of the differences between their
    probabilities, divided by the sum of the larger ones, or by 1 where that is less, so that two
    mentions without relations do not differ.

    Paper: https://aclanthology.org/2023.acl-long.607

    Args:
        probabilities: Relation probabilities of (head mention, tail mention, label) in one unit,
            0 for a mention with itself.
        pairs: Pairs of mentions to compare.

    Shapes:
        probabilities ``"m m r"``, pairs ``"q 2"`` → ``"q"``.

    Differences:
        The paper divides by the number of mentions, so that its weight depends on the length of the
        documents and on the number of labels.

    Example:
        >>> probabilities = torch.zeros(3, 3, 1)
        >>> probabilities[0, 2] = 1.0
        >>> relation_differences(probabilities, torch.tensor([[0, 1]])).tolist()
        [1.0]
        >>> probabilities[1, 2] = 1.0
        >>> relation_differences(probabilities, torch.tensor([[0, 1]])).tolist()
        [0.0]
    """
    profiles = torch.cat([probabilities.flatten(1), probabilities.transpose(0, 1).flatten(1)], 1)
    differences = []
    for chunk in torch.split(pairs, max(1, NUMBERS_AT_ONCE // max(1, profiles.shape[1]))):
        one, other = profiles[chunk[:, 0]], profiles[chunk[:, 1]]
        larger = torch.maximum(one, other).sum(1).clamp(min=1.0)
        differences.append((one - other).abs().sum(1) / larger)
    return torch.cat(differences)
