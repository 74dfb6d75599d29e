"""Curves, thresholds and calibration errors, compared with scikit-learn and with plain loops."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve

from jointre.evaluation.report import Counts
from jointre.evaluation.score_curves import (
    ScoredItems,
    average_precision,
    best_f1,
    calibration_error,
    coverage,
    least_threshold,
    precision_recall,
    reliability,
)


def random_items(seed: int, missed: int = 0, digits: int = 2) -> ScoredItems:
    """Items with ties; ``missed`` gold items are not among them."""
    rng = np.random.default_rng(seed)
    probabilities = rng.random(200).round(digits)
    correct = rng.random(200) < probabilities
    return ScoredItems.of(probabilities, correct, int(correct.sum()) + missed)


NOTHING = ScoredItems.of(np.zeros(0), np.zeros(0, bool), 3)


@pytest.mark.parametrize("seed", range(5))
def test_curves_equal_those_of_scikit_learn(seed: int) -> None:
    items = random_items(seed)
    precision, recall, thresholds = precision_recall(items)
    expected = precision_recall_curve(items.correct, items.probabilities)
    for ours, theirs in zip((precision, recall, thresholds), expected, strict=True):
        theirs = theirs[: len(expected[2])][::-1]
        np.testing.assert_allclose(ours, theirs)
    assert average_precision(items) == pytest.approx(
        average_precision_score(items.correct, items.probabilities)
    )


@pytest.mark.parametrize("seed", range(5))
def test_thresholds_equal_those_of_a_loop(seed: int) -> None:
    items = random_items(seed, missed=30)
    choices = sorted({*items.probabilities.tolist()})
    f1 = {}
    precise = []
    for least in choices:
        tp, predicted, gold = items.counts_at(least)
        by_hand = items.probabilities >= least
        assert (tp, predicted) == ((items.correct & by_hand).sum(), by_hand.sum())
        f1[least] = 2 * tp / (predicted + gold)
        if tp / predicted >= 0.8:
            precise.append(least)
    threshold, best = best_f1(items)
    assert best == pytest.approx(max(f1.values()))
    counts = items.counts_at(threshold)
    assert 2 * counts.tp / (counts.predicted + counts.gold) == pytest.approx(best)
    least_one = least_threshold(items, 0.8)
    assert least_one is not None
    assert items.counts_at(least_one) == items.counts_at(min(precise))
    kept, recall = coverage(items, 0.8)
    at = items.counts_at(min(precise))
    assert kept == pytest.approx(at.predicted / 200)
    assert recall == pytest.approx(at.tp / items.gold)


def test_thresholds_lie_between_two_items() -> None:
    items = ScoredItems.of(np.array([0.9, 0.8, 0.4]), np.array([True, True, False]), 2)
    threshold, f1 = best_f1(items)
    assert (threshold, f1) == (0.6000000000000001, 1.0)
    assert least_threshold(items, 1.0) == pytest.approx(0.6)
    assert least_threshold(items, 0.5) == pytest.approx(0.2)  # every item
    wrong = ScoredItems.of(np.array([0.9]), np.array([False]), 2)
    assert least_threshold(wrong, 0.5) is None
    assert coverage(wrong, 0.5) == (0.0, 0.0)


def test_without_items() -> None:
    assert best_f1(NOTHING) == (1.0, 0.0)
    assert least_threshold(NOTHING, 0.9) is None
    assert coverage(NOTHING, 0.9) == (0.0, 0.0)
    assert (average_precision(NOTHING), calibration_error(NOTHING)) == (0.0, 0.0)
    assert NOTHING.counts_at(0.5) == Counts(0, 0, 3)
    assert reliability(NOTHING) == []


@pytest.mark.parametrize("seed", range(3))
def test_reliability_equals_a_loop(seed: int) -> None:
    items = random_items(seed, digits=5)
    error = 0.0
    bins = {each.low: each for each in reliability(items)}
    for number in range(10):
        low, high = number / 10, (number + 1) / 10
        inside = [
            (p, c)
            for p, c in zip(items.probabilities, items.correct, strict=True)
            if low <= p < high or (p == 1 and high == 1)
        ]
        if not inside:
            assert low not in bins
            continue
        probability = sum(p for p, _ in inside) / len(inside)
        precision = sum(c for _, c in inside) / len(inside)
        found = bins[low].to_dict()
        assert found["count"] == len(inside)
        assert found["probability"] == pytest.approx(probability)
        assert found["precision"] == pytest.approx(precision)
        error += len(inside) / 200 * abs(probability - precision)
    assert calibration_error(items) == pytest.approx(error)


def test_joined_items_are_sorted_again() -> None:
    joined = ScoredItems.cat([random_items(1, missed=2), random_items(2)])
    assert (np.diff(joined.probabilities) <= 0).all()
    assert joined.gold == random_items(1).gold + 2 + random_items(2).gold
