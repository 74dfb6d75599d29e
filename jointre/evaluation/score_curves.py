"""How well scores order and predict correctness: precision–recall curves, calibration, thresholds.

All functions read :class:`ScoredItems`: the probabilities of possible predictions of one label,
whether each is correct, and the number of gold items.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from jointre.evaluation.report import Counts, ratio

BINS = 10
"""Number of bins of a reliability diagram, equally wide."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoredItems:
    """Possible predictions of one label, the most probable one first.

    Args:
        probabilities: Probability of each item, descending.
        correct: Whether the item is correct.
        gold: Number of gold items, those that are not among the items included.
    """

    probabilities: Float[np.ndarray, " n"]
    correct: Bool[np.ndarray, " n"]
    gold: int

    @classmethod
    def of(
        cls, probabilities: Float[np.ndarray, " n"], correct: Bool[np.ndarray, " n"], gold: int
    ) -> "ScoredItems":
        """Sort items by their probabilities.

        Args:
            probabilities: Probability of each item.
            correct: Whether the item is correct.
            gold: Number of gold items.
        """
        order = np.argsort(-probabilities, kind="stable")
        return cls(probabilities[order], correct[order], gold)

    @classmethod
    def cat(cls, parts: "Sequence[ScoredItems]") -> "ScoredItems":
        """The items of several labels or documents, at least one."""
        return cls.of(
            np.concatenate([part.probabilities for part in parts]),
            np.concatenate([part.correct for part in parts]),
            sum(part.gold for part in parts),
        )

    def counts_at(self, threshold: float) -> Counts:
        """The counts if the items with at least this probability are predicted."""
        predicted = int((self.probabilities >= threshold).sum())
        return Counts(int(self.correct[:predicted].sum()), predicted, self.gold)


def precision_recall(
    items: ScoredItems,
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
    """Precision and recall at each distinct probability, which is the third result.

    Args:
        items: Items of one label, or of all.

    Example:
        >>> items = ScoredItems(np.array([0.9, 0.6, 0.6]), np.array([True, True, False]), 4)
        >>> [values.round(2).tolist() for values in precision_recall(items)]
        [[1.0, 0.67], [0.25, 0.5], [0.9, 0.6]]
    """
    last = _last_of_ties(items.probabilities)
    correct = np.cumsum(items.correct)[last]
    precision = correct / (last + 1)
    recall = correct / max(1, items.gold)
    return precision, recall, items.probabilities[last].astype(float)


def average_precision(items: ScoredItems) -> float:
    """Area under the precision–recall curve: mean precision over the steps of recall.

    Args:
        items: Items of one label, or of all.
    """
    precision, recall, _ = precision_recall(items)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def best_f1(items: ScoredItems) -> tuple[float, float]:
    """The threshold with the highest F1, and that F1.

    The threshold lies halfway between the last item that is predicted and the next one, because a
    value between them is less dependent on the items that were drawn than the probability of one of
    them. Without a gold item it is 1.

    Args:
        items: Items of one label.
    """
    if not items.gold or not len(items.probabilities):
        return 1.0, 0.0
    last = _last_of_ties(items.probabilities)
    correct = np.cumsum(items.correct)[last]
    f1 = 2 * correct / (last + 1 + items.gold)
    best = int(f1.argmax())
    return _halfway(items.probabilities, last, best), float(f1[best])


def least_threshold(items: ScoredItems, precision: float) -> float | None:
    """The lowest threshold at which the precision is reached; None if none reaches it.

    Args:
        items: Items of one label.
        precision: Precision to be reached, from 0 to 1.
    """
    values, _, _ = precision_recall(items)
    reached = np.flatnonzero(values >= precision)
    if not len(reached):
        return None
    return _halfway(items.probabilities, _last_of_ties(items.probabilities), int(reached[-1]))


def coverage(items: ScoredItems, precision: float) -> tuple[float, float]:
    """Share of the items that can be predicted at a precision, and the recall that this gives.

    Args:
        items: Items of one label, or of all.
        precision: Precision to be reached, from 0 to 1.
    """
    values, recall, _ = precision_recall(items)
    reached = np.flatnonzero(values >= precision)
    if not len(reached):
        return 0.0, 0.0
    last = int(_last_of_ties(items.probabilities)[reached[-1]])
    return (last + 1) / len(items.probabilities), float(recall[reached[-1]])


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Items whose probabilities are similar.

    Args:
        low, high: Bounds of the probabilities; the upper one is inside in the last bin only.
        count: Number of items.
        probability: Mean probability of the items.
        precision: Share of the items that are correct.
    """

    low: float
    high: float
    count: int
    probability: float
    precision: float

    def to_dict(self) -> dict[str, Any]:
        """The numbers by name."""
        return {
            "low": self.low,
            "high": self.high,
            "count": self.count,
            "probability": self.probability,
            "precision": self.precision,
        }


def reliability(items: ScoredItems, bins: int = BINS) -> list[ReliabilityBin]:
    """Bins of equal width that have items, with the share of correct items in each.

    Args:
        items: Items of one label, or of all.
        bins: Number of bins from 0 to 1.
    """
    number = _bin_numbers(items.probabilities, bins)
    counts = np.bincount(number, minlength=bins)
    probability = np.bincount(number, items.probabilities, bins)
    correct = np.bincount(number, items.correct.astype(float), bins)
    return [
        ReliabilityBin(
            i / bins,
            (i + 1) / bins,
            int(counts[i]),
            float(probability[i] / counts[i]),
            float(correct[i] / counts[i]),
        )
        for i in np.flatnonzero(counts).tolist()
    ]


def calibration_error(items: ScoredItems, bins: int = BINS) -> float:
    """Expected calibration error: mean distance of probability and precision over the items.

    Paper: Naeini et al. 2015, https://ojs.aaai.org/index.php/AAAI/article/view/9602; Guo et al.
    2017, https://arxiv.org/abs/1706.04599.

    Args:
        items: Items of one label, or of all.
        bins: Number of bins from 0 to 1.
    """
    total = sum(
        each.count * abs(each.probability - each.precision) for each in reliability(items, bins)
    )
    return ratio(total, len(items.probabilities))


def _bin_numbers(probabilities: Float[np.ndarray, " n"], bins: int) -> Int[np.ndarray, " n"]:
    return np.minimum((probabilities * bins).astype(np.int64), bins - 1)


def _last_of_ties(probabilities: Float[np.ndarray, " n"]) -> Int[np.ndarray, " k"]:
    """Index of the last item of each distinct probability."""
    if not len(probabilities):
        return np.zeros(0, np.int64)
    return np.append(np.flatnonzero(np.diff(probabilities)), len(probabilities) - 1)


def _halfway(
    probabilities: Float[np.ndarray, " n"], last: Int[np.ndarray, " k"], index: int
) -> float:
    """A threshold between a distinct probability and the next lower one."""
    item = int(last[index])
    following = float(probabilities[item + 1]) if item + 1 < len(probabilities) else 0.0
    return (float(probabilities[item]) + following) / 2
