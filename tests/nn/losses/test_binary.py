"""Binary cross-entropy: contract, torch's own, mean and sum over labels."""

import math
from typing import Literal

import pytest
import torch

from jointre.nn.losses import BinaryLoss
from jointre.testing.contracts import LossContract
from tests.naive import losses as naive
from tests.nn.compare import equal


class TestBinaryLoss(LossContract):
    component = "binary"
    multi_label = True


class TestSum(LossContract):
    component = {"type": "binary", "over_labels": "sum"}
    multi_label = True


class TestWeighted(LossContract):
    component = {"type": "binary", "positive_weight": 3.0, "focal_gamma": 1.5}
    multi_label = True


@pytest.mark.parametrize("positive_weight", [1.0, 2.5])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_weights_equal_a_loop(positive_weight: float, gamma: float) -> None:
    logits, targets, weight = torch.randn(6, 3), torch.randint(0, 2, (6, 3)).float(), torch.rand(6)
    loss = BinaryLoss("sum", positive_weight, gamma)
    equal(
        lambda: loss(logits, targets, weight),
        lambda: naive.binary(logits, targets, weight, positive_weight, gamma),
        [logits],
    )


@pytest.mark.parametrize("over", ["mean", "sum"])
def test_equals_torch(over: Literal["mean", "sum"]) -> None:
    logits, targets = torch.randn(6, 3), torch.randint(0, 2, (6, 3)).float()
    reference = torch.nn.BCEWithLogitsLoss(reduction="sum")
    divisor = 6 * 3 if over == "mean" else 6
    equal(
        lambda: BinaryLoss(over_labels=over)(logits, targets, torch.full((6,), 1 / 6)),
        lambda: reference(logits, targets) / divisor,
        [logits],
    )


def test_by_hand() -> None:
    logits = torch.tensor([[math.log(3.0), 0.0]])
    loss = BinaryLoss(over_labels="sum")(logits, torch.tensor([[1.0, 0.0]]), torch.ones(1))
    assert loss.item() == pytest.approx(math.log(4 / 3) + math.log(2))
    assert BinaryLoss().scores(logits).labels[0].tolist() == pytest.approx([0.75, 0.5])


@pytest.mark.parametrize("over", ["mean", "sum"])
def test_without_labels_it_costs_nothing(over: Literal["mean", "sum"]) -> None:
    logits = torch.zeros(3, 0, requires_grad=True)
    loss = BinaryLoss(over_labels=over)(logits, torch.zeros(3, 0), torch.ones(3))
    loss.backward()
    assert loss.item() == 0.0


def test_labels_do_not_exclude_one_another() -> None:
    scores = BinaryLoss().scores(torch.zeros(3, 2))
    assert (scores.none, scores.exclusive) == (None, False)
    assert len(scores[torch.tensor([0, 2])]) == 2
