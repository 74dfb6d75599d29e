"""MUC, B³, CEAF-e and LEA: how well predicted clusters of mentions match gold ones.

All four are computed from the number of mentions that each gold cluster shares with each predicted
cluster. Over a corpus, numerators and denominators are added.

**Singletons** count as clusters of one mention. MUC compares links, of which they have none; LEA
gives a singleton one link to itself. If there is **nothing to compare** (no clusters, or for MUC no
cluster of two mentions), a measure is 0, as 0/0 is in every report.

The measures are defined for mentions of one cluster. A mention of several clusters counts in the
largest of them (see :func:`partition`), so equal clusters count once.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Float, Int

from jointre.data.schema import Document
from jointre.evaluation.clusters import clusters_of
from jointre.evaluation.report import Ratios, Scores, ratio

Mention = TypeVar("Mention", bound=Any)  # hashable, and sortable among its like
Shared = Int[np.ndarray, "clusters others"]
Sizes = Int[np.ndarray, " clusters"]
OtherSizes = Int[np.ndarray, " others"]

AVERAGED = ("muc", "b_cubed", "ceaf_e")
"""The measures whose mean is the block ``coreference``."""


class Quotient(NamedTuple):
    """Numerator and denominator of a recall, which can be added over documents."""

    hits: float
    possible: int

    def plus(self, other: "Quotient") -> "Quotient":
        """The sum of both."""
        return Quotient(self.hits + other.hits, self.possible + other.possible)


Measure = Callable[[Shared, Sizes, OtherSizes], Quotient]
"""Recall of the clusters of one side; the precision is the same with the sides exchanged."""


def muc(shared: Shared, sizes: Sizes, other_sizes: OtherSizes) -> Quotient:
    """Fraction of the links in clusters that the other side has: mentions minus parts.

    Paper: Vilain et al. 1995, https://aclanthology.org/M95-1005.

    Args:
        shared: Number of mentions that each cluster shares with each cluster of the other side.
        sizes: Number of mentions of each cluster.
        other_sizes: Number of mentions of each cluster of the other side.
    """
    parts = np.count_nonzero(shared, axis=1) + sizes - shared.sum(axis=1)
    return Quotient(float((sizes - parts).sum()), int((sizes - 1).sum()))


def b_cubed(shared: Shared, sizes: Sizes, other_sizes: OtherSizes) -> Quotient:
    """For each mention, the fraction of its cluster that its cluster on the other side shares.

    Paper: Bagga and Baldwin 1998; a mention that the other side lacks scores 0.

    Args:
        shared: See :func:`muc`.
        sizes: See :func:`muc`.
        other_sizes: See :func:`muc`.
    """
    hits = (shared**2 / sizes[:, None]).sum()
    return Quotient(float(hits), int(sizes.sum()))


def ceaf_e(shared: Shared, sizes: Sizes, other_sizes: OtherSizes) -> Quotient:
    """Similarity 2·shared / (size + other size) of clusters that are paired one to one.

    Paper: Luo 2005, https://aclanthology.org/H05-1004 (φ₄, the best one-to-one pairing).

    Args:
        shared: See :func:`muc`.
        sizes: See :func:`muc`.
        other_sizes: See :func:`muc`.
    """
    from scipy.optimize import linear_sum_assignment  # slow to import: half a second

    similarity: Float[np.ndarray, "clusters others"] = 2 * shared / np.add.outer(sizes, other_sizes)
    rows, columns = linear_sum_assignment(similarity, maximize=True)
    return Quotient(float(similarity[rows, columns].sum()), len(sizes))


def lea(shared: Shared, sizes: Sizes, other_sizes: OtherSizes) -> Quotient:
    """Fraction of a cluster's links (all pairs) that the other side has, weighted by its size.

    Paper: Moosavi and Strube 2016, https://aclanthology.org/P16-1060.

    Args:
        shared: See :func:`muc`.
        sizes: See :func:`muc`.
        other_sizes: See :func:`muc`.
    """
    links = np.maximum(sizes * (sizes - 1) // 2, 1)
    shared_links = (shared * (shared - 1) // 2).sum(axis=1)
    shared_links += ((sizes[:, None] == 1) & (other_sizes == 1) & (shared == 1)).sum(axis=1)
    return Quotient(float((sizes * shared_links / links).sum()), int(sizes.sum()))


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {"muc": muc, "b_cubed": b_cubed, "ceaf_e": ceaf_e, "lea": lea}
)
"""Every measure by its name in reports."""


def partition(clusters: Iterable[Set[Mention]]) -> list[frozenset[Mention]]:
    """The clusters, changed so that they have no mentions in common and none is empty.

    A mention of several clusters stays in the largest. Among clusters of equal size, it stays in
    the first when their sorted mentions are compared, so the order of ``clusters`` does not matter.
    """
    assigned: set[Mention] = set()
    disjoint = []
    for _, mentions in sorted((-len(cluster), sorted(cluster)) for cluster in clusters):
        remaining = frozenset(mentions) - assigned
        assigned |= remaining
        if remaining:
            disjoint.append(remaining)
    return disjoint


def score_clusters(
    documents: Iterable[tuple[Iterable[Set[Mention]], Iterable[Set[Mention]]]],
) -> dict[str, Ratios]:
    """Precision, recall and F1 of each measure over a corpus.

    ``support`` is what recall is divided by: links for ``muc``, clusters for ``ceaf_e``,
    mentions for ``b_cubed`` and ``lea``.

    Args:
        documents: Gold and predicted clusters of each document, as sets of mentions.

    Example:
        >>> gold, predicted = [{1, 2, 3}, {4, 5}], [{1, 2}, {3, 4, 5}]
        >>> scores = score_clusters([(gold, predicted)])
        >>> round(scores["b_cubed"].recall, 3)
        0.733
    """
    recalls = dict.fromkeys(MEASURES, Quotient(0, 0))
    precisions = dict(recalls)
    for gold, predicted in documents:
        shared, gold_sizes, predicted_sizes = _overlaps(partition(gold), partition(predicted))
        for name, measure in MEASURES.items():
            recall = measure(shared, gold_sizes, predicted_sizes)
            precision = measure(shared.T, predicted_sizes, gold_sizes)
            recalls[name] = recalls[name].plus(recall)
            precisions[name] = precisions[name].plus(precision)
    return {name: _ratios(precisions[name], recalls[name]) for name in MEASURES}


def coreference_scores(documents: Iterable[tuple[Document, Document]]) -> Scores:
    """The block ``coreference``: the mean of MUC, B³ and CEAF-e (the "CoNLL" score).

    Precision, recall and F1 are the means over the three measures, and ``macro_f1`` equals the
    F1. ``per_type`` has the three measures by name; ``support`` is the number of gold mentions.

    Args:
        documents: Gold and predicted form of each document.
    """
    measures = score_clusters(
        (clusters_of(gold), clusters_of(predicted)) for gold, predicted in documents
    )
    averaged = {name: measures[name] for name in sorted(AVERAGED)}
    precision, recall, f1 = (
        sum(getattr(ratios, name) for ratios in averaged.values()) / len(averaged)
        for name in ("precision", "recall", "f1")
    )
    return Scores(Ratios(precision, recall, f1, measures["b_cubed"].support), f1, averaged)


def _overlaps(
    gold: list[frozenset[Mention]], predicted: list[frozenset[Mention]]
) -> tuple[Shared, Sizes, OtherSizes]:
    """The number of shared mentions of each pair of clusters, and the sizes of the clusters."""
    column_of = {mention: column for column, cluster in enumerate(predicted) for mention in cluster}
    shared = np.zeros((len(gold), len(predicted)), dtype=np.int64)
    for row, cluster in enumerate(gold):
        for mention in cluster:
            if mention in column_of:
                shared[row, column_of[mention]] += 1
    gold_sizes, predicted_sizes = (
        np.array([len(cluster) for cluster in clusters], dtype=np.int64)
        for clusters in (gold, predicted)
    )
    return shared, gold_sizes, predicted_sizes


def _ratios(precision_sum: Quotient, recall_sum: Quotient) -> Ratios:
    precision, recall = ratio(*precision_sum), ratio(*recall_sum)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Ratios(precision, recall, f1, recall_sum.possible)
