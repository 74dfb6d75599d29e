"""Complete linkage by its definition."""

from collections.abc import Mapping


def cluster(size: int, scores: Mapping[tuple[int, int], float], threshold: float) -> list[int]:
    """Merge the two clusters whose least probable pair is best, while that is above θ.

    Args:
        size: number of mentions.
        scores: of the pairs i < j; all different.
        threshold: θ.
    """
    clusters = [{mention} for mention in range(size)]
    while True:
        best, merge = threshold, None
        for one in clusters:
            for other in clusters:
                if one is not other:
                    least = min(scores[min(i, j), max(i, j)] for i in one for j in other)
                    if least > best:
                        best, merge = least, (one, other)
        if merge is None:
            break
        first, second = merge
        clusters = [c for c in clusters if c is not first and c is not second] + [first | second]
    clusters.sort(key=min)
    return [next(n for n, c in enumerate(clusters) if mention in c) for mention in range(size)]


def mean_scores(
    groups: list[int], scores: Mapping[tuple[int, int], float]
) -> dict[tuple[int, int], float]:
    """The mean score of the pairs of mentions across each pair of groups.

    Args:
        groups: The group of each mention, numbered from 0.
        scores: Scores of the pairs of mentions i < j.
    """
    means = {}
    for low in range(max(groups, default=-1) + 1):
        for high in range(low + 1, max(groups) + 1):
            values = [
                score for (i, j), score in scores.items() if {groups[i], groups[j]} == {low, high}
            ]
            means[low, high] = sum(values) / len(values)
    return means
