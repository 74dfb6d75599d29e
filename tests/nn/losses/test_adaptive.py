"""Adaptive thresholding: contract, one candidate at a time, and values by hand."""

import math

import pytest
import torch

from jointre.decoding.thresholds import accepted
from jointre.nn.losses import AdaptiveLoss
from jointre.testing.contracts import LossContract
from tests.naive import losses as naive
from tests.nn.compare import equal


class TestAdaptiveLoss(LossContract):
    component = "adaptive"
    multi_label = True
    learned_threshold = True


class TestFocal(LossContract):
    component = {"type": "adaptive", "focal_gamma": 2.0}
    multi_label = True
    learned_threshold = True


@pytest.mark.parametrize("gamma", [None, 1.0, 2.5])
@pytest.mark.parametrize("seed", range(4))
def test_equals_loops(seed: int, gamma: float | None) -> None:
    """Candidates with all labels, some of them and none."""
    torch.manual_seed(seed)
    labels = 1 + 2 * seed
    logits, weight = 3 * torch.randn(7, 1 + labels), torch.rand(7)
    targets = torch.randint(0, 2, (7, labels)).float()
    targets[0], targets[1] = 0.0, 1.0
    equal(
        lambda: AdaptiveLoss(gamma)(logits, targets, weight),
        lambda: naive.adaptive(logits, targets, weight, gamma),
        [logits],
    )


def test_by_hand() -> None:
    """TH 0, a label with e^logit = 3 and another with e^logit = 2; only the first is right."""
    logits = torch.tensor([[0.0, math.log(3.0), math.log(2.0)]])
    targets, weight = torch.tensor([[1.0, 0.0]]), torch.tensor([2.0])
    loss = AdaptiveLoss()(logits, targets, weight)
    assert loss.item() == pytest.approx(2 * (math.log(4 / 3) + math.log(3)))
    focal = AdaptiveLoss(focal_gamma=2.0)(logits, targets, weight)
    assert focal.item() == pytest.approx(2 * ((1 + 1 / 16) * math.log(4 / 3) + math.log(3)))
    assert AdaptiveLoss().scores(logits).labels[0].tolist() == pytest.approx([3 / 4, 2 / 3])


def test_the_threshold_is_learned() -> None:
    """A label is accepted if its logit is at least TH, whatever the decoder's default is."""
    scores = AdaptiveLoss().scores(torch.tensor([[5.0, 5.0, 4.9], [-5.0, -4.9, -5.1]]))
    found = accepted(scores, [None, None], 0.9)
    assert found.tolist() == [[True, False], [True, False]]
    assert accepted(scores, [0.6, 0.4], 0.9).tolist() == [[False, True], [False, True]]


def test_without_labels_it_costs_nothing() -> None:
    logits = torch.zeros(3, 1, requires_grad=True)
    loss = AdaptiveLoss()(logits, torch.zeros(3, 0), torch.ones(3))
    loss.backward()
    assert loss.item() == 0.0
    assert AdaptiveLoss().scores(logits).labels.shape == (3, 0)
