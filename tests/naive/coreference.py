"""Coreference measures once more, from their definitions, mention by mention.

Each takes two lists of lists without repetitions, no mention in two lists of a side, and
returns the recall's numerator and denominator.
"""

from itertools import combinations, permutations
from typing import Any

Clusters = list[list[Any]]


def home_of(mention: Any, clusters: Clusters) -> list[Any]:
    """The cluster that holds a mention; empty when none does."""
    return next((cluster for cluster in clusters if mention in cluster), [])


def muc(these: Clusters, others: Clusters) -> tuple[float, int]:
    """Links of a chain over each cluster, less those missing to join its parts."""
    hits, links = 0, 0
    for cluster in these:
        parts: list[list[Any]] = []
        for mention in cluster:
            home = home_of(mention, others)
            for part in parts:
                if part[0] in home:
                    part.append(mention)
                    break
            else:
                parts.append([mention])
        links += len(cluster) - 1
        hits += len(cluster) - len(parts)
    return hits, links


def b_cubed(these: Clusters, others: Clusters) -> tuple[float, int]:
    """Mention by mention."""
    hits, count = 0.0, 0
    for cluster in these:
        for mention in cluster:
            home = home_of(mention, others)
            hits += sum(other in home for other in cluster) / len(cluster)
            count += 1
    return hits, count


def ceaf_e(these: Clusters, others: Clusters) -> tuple[float, int]:
    """The best of all pairings, each tried."""
    few, many = sorted((these, others), key=len)
    best = 0.0
    for chosen in permutations(many, len(few)):
        value = 0.0
        for one, other in zip(few, chosen, strict=True):
            value += 2 * sum(mention in other for mention in one) / (len(one) + len(other))
        best = max(best, value)
    return best, len(these)


def lea(these: Clusters, others: Clusters) -> tuple[float, int]:
    """Links listed; a mention alone links to itself."""
    hits, count = 0.0, 0
    for cluster in these:
        count += len(cluster)
        if len(cluster) == 1:
            hits += home_of(cluster[0], others) == cluster
            continue
        pairs = list(combinations(cluster, 2))
        kept = [one for one, other in pairs if other in home_of(one, others)]
        hits += len(cluster) * len(kept) / len(pairs)
    return hits, count
