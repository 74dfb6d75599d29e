"""Cross-entropy: contract, torch's own, and a value by hand."""

import math

import pytest
import torch

from jointre.nn.losses import SoftmaxLoss
from jointre.testing.contracts import LossContract
from tests.nn.compare import equal


class TestSoftmaxLoss(LossContract):
    component = "softmax"


class TestWithoutNone(LossContract):
    component = {"type": "softmax", "none_class": False}
    none_class = False


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
