"""The symmetric divergence against a loop over candidates, and without candidates."""

import pytest
import torch

from jointre.nn.losses import BinaryLoss, Loss, SoftmaxLoss
from jointre.nn.losses.divergence import distillation, divergence
from tests.naive.losses import one_sided_divergence, symmetric_divergence

LOSSES = [BinaryLoss(), SoftmaxLoss(), SoftmaxLoss(none_class=False)]


@pytest.mark.parametrize("loss", LOSSES)
def test_equals_the_loop(loss: Loss) -> None:
    one, other = (loss.scores(logits) for logits in torch.randn(2, 5, 4))
    torch.testing.assert_close(divergence(one, other), symmetric_divergence(one, other))
    assert divergence(one, one) == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_distillation_equals_the_loop(loss: Loss) -> None:
    one, other = (loss.scores(logits) for logits in torch.randn(2, 5, 4))
    torch.testing.assert_close(distillation(one, other), one_sided_divergence(one, other))
    assert distillation(one, one) == 0
    assert distillation(one, other) != distillation(other, one)


@pytest.mark.parametrize("loss", LOSSES)
def test_no_candidates(loss: Loss) -> None:
    scores = loss.scores(torch.zeros(0, 4))
    assert divergence(scores, scores) == 0
    assert distillation(scores, scores) == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_extreme_logits_have_finite_gradients(loss: Loss) -> None:
    logits = torch.tensor([[200.0, -200.0, 0.0]], requires_grad=True)
    value = divergence(loss.scores(logits), loss.scores(-logits))
    value.backward()  # type: ignore[no-untyped-call]
    assert value.isfinite()
    assert logits.grad is not None
    assert bool(logits.grad.isfinite().all())
