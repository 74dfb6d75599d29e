"""Softmax, maximum and mean over kept entries, against loops and in every precision."""

import pytest
import torch

from jointre.nn.masking import Softmax, masked_max, masked_mean
from tests.naive.spans import pool_mask
from tests.nn.compare import CLOSE, equal

PRECISIONS = [torch.float64, torch.float32, torch.bfloat16, torch.float16]


def sample(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """States of some units and a mask; the last unit keeps nothing."""
    generator = torch.Generator().manual_seed(seed)
    states = torch.randn(4, 5, 3, generator=generator)
    keep = torch.rand(4, 5, generator=generator) < 0.5
    keep[-1] = False
    return states, keep


@pytest.mark.parametrize("seed", range(5))
def test_softmax_is_the_softmax_of_what_is_kept(seed: int) -> None:
    states, keep = sample(seed)
    scores = states[..., 0].clone()

    def naive() -> torch.Tensor:
        rows = []
        for row, kept in zip(scores, keep, strict=True):
            part = torch.zeros_like(row)
            if kept.any():
                part = part.masked_scatter(kept, row[kept].softmax(0))
            rows.append(part)
        return torch.stack(rows)

    found = equal(lambda: Softmax()(scores, keep), naive, [scores])
    assert not found[~keep].any()


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_softmax_of_a_masked_row_is_zero(dtype: torch.dtype) -> None:
    scores = torch.tensor([[60000.0, 1.0], [-60000.0, 2.0]], dtype=dtype, requires_grad=True)
    keep = torch.tensor([[False, False], [True, False]])
    found = Softmax()(scores, keep)
    assert found.dtype == dtype
    assert found.tolist() == [[0.0, 0.0], [1.0, 0.0]]
    found.sum().backward()
    assert scores.grad is not None
    assert scores.grad.isfinite().all()


def test_softmax_broadcasts_the_mask() -> None:
    scores = torch.randn(2, 3, 4)
    keep = torch.tensor([[True, False, True, True], [False, True, True, False]])
    found = Softmax()(scores, keep[:, None])
    for head in range(3):
        torch.testing.assert_close(found[:, head], Softmax()(scores[:, head], keep))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("function", "how"), [(masked_max, "max"), (masked_mean, "mean")])
def test_pooling_equals_loops(function: type, how: str, seed: int) -> None:
    states, keep = sample(seed)
    found = equal(
        lambda: function(states, keep),
        lambda: torch.stack([pool_mask(s, k, how) for s, k in zip(states, keep, strict=True)]),
        [states],
    )
    assert found[-1].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("function", [masked_max, masked_mean])
def test_pooling_keeps_the_precision(function: type, dtype: torch.dtype) -> None:
    states, keep = sample(0)
    found = function(states.to(dtype), keep)
    assert found.dtype == dtype
    assert found.isfinite().all()
    torch.testing.assert_close(found.float(), function(states, keep), atol=0.02, rtol=0.02)


def test_maximum_of_negative_states() -> None:
    states = torch.full((1, 3, 2), -7.0)
    keep = torch.tensor([[True, False, False]])
    torch.testing.assert_close(masked_max(states, keep), states[:, 0], **CLOSE)
