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
