"""MUC, B³, CEAF-e and LEA: how well predicted clusters of mentions match gold ones.

All four are computed from how many mentions each gold cluster shares with each predicted
one, and over a corpus by adding up numerators and denominators.

**Singletons** count as clusters of one mention. MUC compares links and sees none of them;
LEA gives a singleton one link to itself. **Nothing to compare** (no cluster at all; for MUC
no cluster of two) makes 0, as 0/0 does in every report.

The measures are defined where a mention has one cluster. Where it has several, it counts in
the largest (of equal ones in the one that comes first when their mentions are sorted), see
:func:`partition`; equal clusters thereby count once.
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
Shared = Int[np.ndarray, "these others"]
These = Int[np.ndarray, " these"]
Others = Int[np.ndarray, " others"]

AVERAGED = ("muc", "b_cubed", "ceaf_e")
"""The measures whose mean is the block ``coreference``."""


class Quotient(NamedTuple):
    """A recall before the division, so that documents can be added up."""

    hits: float
    possible: int

    def plus(self, other: "Quotient") -> "Quotient":
        """Both added up."""
        return Quotient(self.hits + other.hits, self.possible + other.possible)


Measure = Callable[[Shared, These, Others], Quotient]
"""The recall of "these" clusters; its precision is the same with both sides exchanged."""


def muc(shared: Shared, these: These, others: Others) -> Quotient:
    """Links that hold a cluster together and survive: its mentions less its parts.

    Paper: Vilain et al. 1995, https://aclanthology.org/M95-1005.

    Args:
        shared: mentions that each of "these" clusters has in common with each other one.
        these: their sizes, in mentions.
        others: the other side's sizes.
    """
    parts = np.count_nonzero(shared, axis=1) + these - shared.sum(axis=1)
    return Quotient(float((these - parts).sum()), int((these - 1).sum()))


def b_cubed(shared: Shared, these: These, others: Others) -> Quotient:
    """For each mention the share of its cluster that its other cluster has too.

    Paper: Bagga and Baldwin 1998; a mention that the other side lacks scores 0.

    Args:
        shared: See :func:`muc`.
        these: See :func:`muc`.
        others: See :func:`muc`.
    """
    hits = (shared**2 / these[:, None]).sum()
    return Quotient(float(hits), int(these.sum()))


def ceaf_e(shared: Shared, these: These, others: Others) -> Quotient:
    """Similarity 2·shared / (size + size) of clusters, each paired with at most one.

    Paper: Luo 2005, https://aclanthology.org/H05-1004 (φ₄, the best one-to-one pairing).

    Args:
        shared: See :func:`muc`.
        these: See :func:`muc`.
        others: See :func:`muc`.
    """
    from scipy.optimize import linear_sum_assignment  # slow to import: half a second

    similarity: Float[np.ndarray, "these others"] = 2 * shared / np.add.outer(these, others)
    rows, columns = linear_sum_assignment(similarity, maximize=True)
    return Quotient(float(similarity[rows, columns].sum()), len(these))


def lea(shared: Shared, these: These, others: Others) -> Quotient:
    """The share of a cluster's links (all pairs) that survive, weighted by its size.

    Paper: Moosavi and Strube 2016, https://aclanthology.org/P16-1060.

    Args:
        shared: See :func:`muc`.
        these: See :func:`muc`.
        others: See :func:`muc`.
    """
    links = np.maximum(these * (these - 1) // 2, 1)
    kept = (shared * (shared - 1) // 2).sum(axis=1)
    kept += ((these[:, None] == 1) & (others == 1) & (shared == 1)).sum(axis=1)
    return Quotient(float((these * kept / links).sum()), int(these.sum()))


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {"muc": muc, "b_cubed": b_cubed, "ceaf_e": ceaf_e, "lea": lea}
)
"""Every measure by its name in reports."""


def partition(clusters: Iterable[Set[Mention]]) -> list[frozenset[Mention]]:
    """The clusters without mentions in common; none is empty.

    A mention of several clusters stays in the largest, of equal ones in the one that comes
    first when their mentions are sorted. So the order of ``clusters`` has no influence.
    """
    taken: set[Mention] = set()
    found = []
    for _, mentions in sorted((-len(cluster), sorted(cluster)) for cluster in clusters):
        left = frozenset(mentions) - taken
        taken |= left
        if left:
            found.append(left)
    return found


def score_clusters(
    documents: Iterable[tuple[Iterable[Set[Mention]], Iterable[Set[Mention]]]],
) -> dict[str, Ratios]:
    """Precision, recall and F1 of each measure over a corpus.

    ``support`` is what recall is divided by: links for ``muc``, clusters for ``ceaf_e``,
    mentions for ``b_cubed`` and ``lea``.

    Args:
        documents: the gold and the predicted clusters of each, as sets of mentions.

    Example:
        >>> gold, predicted = [{1, 2, 3}, {4, 5}], [{1, 2}, {3, 4, 5}]
        >>> scores = score_clusters([(gold, predicted)])
        >>> round(scores["b_cubed"].recall, 3)
        0.733
    """
    recalls = dict.fromkeys(MEASURES, Quotient(0, 0))
    precisions = dict(recalls)
    for gold, predicted in documents:
        shared, wanted, given = _overlaps(partition(gold), partition(predicted))
        for name, measure in MEASURES.items():
            recalls[name] = recalls[name].plus(measure(shared, wanted, given))
            precisions[name] = precisions[name].plus(measure(shared.T, given, wanted))
    return {name: _ratios(precisions[name], recalls[name]) for name in MEASURES}


def coreference_scores(documents: Iterable[tuple[Document, Document]]) -> Scores:
    """The block ``coreference``: the mean of MUC, B³ and CEAF-e (the "CoNLL" score).

    Precision, recall and F1 are each the mean of the three measures' own; ``macro_f1`` is
    that F1 again. ``per_type`` has the three by name; ``support`` is the number of gold
    mentions.

    Args:
        documents: the gold and the predicted form of each.
    """
    found = score_clusters((clusters_of(one), clusters_of(other)) for one, other in documents)
    chosen = {name: found[name] for name in sorted(AVERAGED)}
    precision, recall, f1 = (
        sum(getattr(one, name) for one in chosen.values()) / len(chosen)
        for name in ("precision", "recall", "f1")
    )
    return Scores(Ratios(precision, recall, f1, found["b_cubed"].support), f1, chosen)


def _overlaps(
    gold: list[frozenset[Mention]], predicted: list[frozenset[Mention]]
) -> tuple[Shared, These, Others]:
    home = {mention: column for column, cluster in enumerate(predicted) for mention in cluster}
    shared = np.zeros((len(gold), len(predicted)), dtype=np.int64)
    for row, cluster in enumerate(gold):
        for mention in cluster:
            if mention in home:
                shared[row, home[mention]] += 1
    wanted, given = (
        np.array([len(cluster) for cluster in clusters], dtype=np.int64)
        for clusters in (gold, predicted)
    )
    return shared, wanted, given


def _ratios(precision: Quotient, recall: Quotient) -> Ratios:
    one, other = ratio(*precision), ratio(*recall)
    f1 = 2 * one * other / (one + other) if one + other else 0.0
    return Ratios(one, other, f1, recall.possible)
