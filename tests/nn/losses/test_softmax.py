"""Cross-entropy: contract, torch's own, and a value by hand."""

import math

import pytest
import torch

from jointre.errors import ConfigError
from jointre.nn.losses import SoftmaxLoss
from jointre.testing.contracts import LossContract
from tests.naive import losses as naive
from tests.nn.compare import equal


class TestSoftmaxLoss(LossContract):
    component = "softmax"


class TestWithoutNone(LossContract):
    component = {"type": "softmax", "none_class": False}
    none_class = False


class TestWeighted(LossContract):
    component = {"type": "softmax", "none_weight": 0.5, "focal_gamma": 2.0}


@pytest.mark.parametrize("none_weight", [1.0, 0.25])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_weights_equal_a_loop(none_weight: float, gamma: float) -> None:
    logits, targets, weight = torch.randn(6, 4), torch.tensor([0, 1, 2, 3, 0, 2]), torch.rand(6)
    loss = SoftmaxLoss(none_weight=none_weight, focal_gamma=gamma)
    equal(
        lambda: loss(logits, targets, weight),
        lambda: naive.softmax(logits, targets.tolist(), weight, none_weight, gamma),
        [logits],
    )


def test_a_weight_of_none_needs_the_class() -> None:
    with pytest.raises(ConfigError, match=r"none_weight=0\.5 needs the class \"none\""):
        SoftmaxLoss(none_class=False, none_weight=0.5)


def test_equals_torch() -> None:
    logits, targets = torch.randn(6, 4), torch.tensor([0, 1, 2, 3, 0, 2])
    mean = torch.nn.CrossEntropyLoss()
    equal(
        lambda: SoftmaxLoss()(logits, targets, torch.full((6,), 1 / 6)),
        lambda: mean(logits, targets),
        [logits],
    )


def test_by_hand() -> None:
    logits = torch.tensor([[0.0, math.log(3.0)]])
    loss = SoftmaxLoss()(logits, torch.tensor([0]), torch.tensor([2.0]))
    assert loss.item() == pytest.approx(2 * math.log(4))
    assert SoftmaxLoss().probabilities(logits)[0].tolist() == pytest.approx([0.25, 0.75])
