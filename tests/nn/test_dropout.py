"""Dropout has the distribution of torch's, and its own seed alone decides what is dropped."""

import pytest
import torch

from jointre.nn.dropout import STEPS, Dropout

SHAPES = [(0,), (1,), (3,), (5, 7), (400, 1001)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9, 0.999999])
def test_values_are_dropped_or_scaled(shape: tuple[int, ...], p: float) -> None:
    torch.manual_seed(0)
    layer, values = Dropout(p), torch.rand(shape) + 1
    found = layer(values)
    scale = STEPS / (STEPS - min(round(p * STEPS), STEPS - 1))
    kept = found != 0
    torch.testing.assert_close(found[kept], values[kept] * scale)
    assert p > 0.99 or scale == pytest.approx(1 / (1 - p), rel=1e-3)


@pytest.mark.parametrize("p", [0.1, 0.25, 0.8])
def test_as_many_as_expected_and_independently(p: float) -> None:
    """Within five standard deviations, for the four numbers of a draw and for neighbours."""
    torch.manual_seed(0)
    kept = (Dropout(p)(torch.ones(500_000, 4)) != 0).float()
    deviation = (p * (1 - p) / len(kept)) ** 0.5
    assert (kept.mean(0) - (1 - p)).abs().max() < 5 * deviation + 1 / STEPS
    both = kept * kept.roll(1, 1)
    assert (both.mean(0) - (1 - p) ** 2).abs().max() < 5 * deviation + 2 / STEPS
    following = kept[1:] * kept[:-1]
    assert (following.mean(0) - (1 - p) ** 2).abs().max() < 5 * deviation + 2 / STEPS


def test_gradients_pass_where_values_did() -> None:
    torch.manual_seed(0)
    values = torch.randn(50, 30, dtype=torch.float64, requires_grad=True)
    found = Dropout(0.3)(values.T)
    weights = torch.randn_like(found)
    (found * weights).sum().backward()
    factors = (found / values.T).detach()
    torch.testing.assert_close(values.grad, (factors * weights).T)


def test_the_seed_decides() -> None:
    layer, values = Dropout(0.5), torch.ones(1000)
    torch.manual_seed(7)
    first, second = layer(values), layer(values)
    torch.manual_seed(7)
    assert torch.equal(layer(values), first)
    assert not torch.equal(first, second)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_numbers_keep_their_type(dtype: torch.dtype) -> None:
    assert Dropout(0.5)(torch.ones(9, dtype=dtype)).dtype == dtype


def test_nothing_happens_in_evaluation_or_without_probability() -> None:
    values = torch.ones(1000)
    assert torch.equal(Dropout(0.5).eval()(values), values)
    assert torch.equal(Dropout(0.0)(values), values)
