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


def relation_difference(probabilities: list[list[list[float]]], one: int, other: int) -> float:
    """How much the relations of two mentions differ.

    Args:
        probabilities: Of (head mention, tail mention, label).
        one: A mention.
        other: The mention that it is compared with.
    """
    apart = larger = 0.0
    for third in range(len(probabilities)):
        for label in range(len(probabilities[0][0])):
            for first, second in (
                (probabilities[one][third][label], probabilities[other][third][label]),
                (probabilities[third][one][label], probabilities[third][other][label]),
            ):
                apart += abs(first - second)
                larger += max(first, second)
    return apart / max(1.0, larger)
