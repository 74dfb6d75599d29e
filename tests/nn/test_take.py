"""Rows are selected as indexing selects them; their gradients are the same sums."""

import pytest
import torch

from jointre.nn.take import take


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_equals_indexing(axes: int) -> None:
    generator = torch.Generator().manual_seed(axes)
    values = torch.randn(3, 4, 5, 2, generator=generator, requires_grad=True)
    index = [torch.randint(0, 3, (7, 6), generator=generator) for _ in range(axes)]
    weight = torch.randn(7, 6, *values.shape[axes:], generator=generator)
    selected, expected = take(values, *index), values[tuple(index)]
    assert torch.equal(selected, expected)
    (gradient,) = torch.autograd.grad((selected * weight).sum(), values)
    (wanted,) = torch.autograd.grad((expected * weight).sum(), values)
    assert torch.allclose(gradient, wanted, atol=1e-5)


def test_nothing_is_selected() -> None:
    none = torch.zeros(0, dtype=torch.long)
    assert take(torch.zeros(3, 4, 2), none, none).shape == (0, 2)
    assert take(torch.zeros(3, 4, 0), none + 1, none).shape == (0, 0)
    assert take(torch.zeros(5), torch.tensor([4, 4])).tolist() == [0.0, 0.0]
