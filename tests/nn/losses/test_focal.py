"""The focal factor: values by hand, and gradients at its ends."""

import pytest
import torch

from jointre.nn.losses.focal import focal_factor


@pytest.mark.parametrize(("gamma", "expected"), [(0.0, 1.0), (1.0, 0.75), (2.0, 0.5625)])
def test_by_hand(gamma: float, expected: float) -> None:
    loss = -torch.tensor(0.25).log()
    assert focal_factor(loss, gamma).item() == pytest.approx(expected)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 3.0])
def test_certain_answers_have_finite_gradients(gamma: float) -> None:
    """Of a loss of 0 (right with certainty), and of a huge one (wrong with certainty)."""
    losses = torch.tensor([0.0, 1e-30, 100.0], requires_grad=True)
    total = (focal_factor(losses, gamma) * losses).sum()
    total.backward()
    assert total.item() == pytest.approx(100.0)
    assert losses.grad is not None
    assert losses.grad.isfinite().all()
