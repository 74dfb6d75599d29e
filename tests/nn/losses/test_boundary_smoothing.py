"""Smoothed classes against a loop over mentions and their neighbours."""

import random

import pytest
import torch

from jointre.nn.losses import SoftmaxLoss
from jointre.nn.losses.boundary_smoothing import smoothed_classes
from jointre.positions import Spans
from tests.naive.losses import smoothed_targets


def spans_of(rows: list[tuple[int, int, int]]) -> Spans:
    return Spans(*torch.tensor(rows).long().reshape(-1, 3).unbind(1))


def distributions(
    rows: list[tuple[int, int, int]], classes: list[int], epsilon: float
) -> torch.Tensor:
    soft = smoothed_classes(spans_of(rows), torch.tensor(classes).long(), epsilon)
    targets = torch.zeros(len(rows), 4)
    targets.index_put_((soft.rows, soft.classes), soft.shares, accumulate=True)
    return targets


def test_by_hand() -> None:
    """Of four neighbours two are candidates, and one of these is a mention itself."""
    rows = [(0, 2, 4), (0, 2, 5), (0, 1, 4), (1, 2, 5), (0, 3, 5)]
    found = distributions(rows, [2, 0, 3, 0, 0], 0.4)
    expected = [
        [0.1, 0, 0.9, 0],
        [0.9, 0, 0.1, 0],
        [0, 0, 0, 1],  # (0, 1, 4) is a mention, so it gets nothing and has no free neighbour
        [1, 0, 0, 0],  # another unit
        [1, 0, 0, 0],  # both borders differ
    ]
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float))


@pytest.mark.parametrize("seed", range(10))
def test_equals_the_loop(seed: int) -> None:
    rng = random.Random(seed)
    every = [(u, s, e) for u in range(2) for s in range(5) for e in range(s + 1, 6)]
    rows = rng.sample(every, 20)
    classes = [rng.choice([0, 0, 0, 1, 2, 3]) for _ in rows]
    found = distributions(rows, classes, 0.4)
    torch.testing.assert_close(found, smoothed_targets(rows, classes, 4, 0.4))
    torch.testing.assert_close(found.sum(1), torch.ones(20))


@pytest.mark.parametrize("rows", [[], [(0, 0, 1)]])
def test_without_mentions(rows: list[tuple[int, int, int]]) -> None:
    soft = smoothed_classes(spans_of(rows), torch.zeros(len(rows)).long(), 0.1)
    assert soft.classes.tolist() == [0] * len(rows)
    assert soft.shares.tolist() == [1.0] * len(rows)


def test_the_loss_is_the_cross_entropy_of_the_shares() -> None:
    torch.manual_seed(0)
    rows, classes = [(0, 2, 4), (0, 2, 5), (0, 1, 3)], [2, 0, 0]
    logits = torch.randn(3, 4)
    soft = smoothed_classes(spans_of(rows), torch.tensor(classes), 0.2)
    loss = SoftmaxLoss()(logits[soft.rows], soft.classes, soft.shares)
    expected = -(smoothed_targets(rows, classes, 4, 0.2) * logits.log_softmax(1)).sum()
    torch.testing.assert_close(loss, expected)
