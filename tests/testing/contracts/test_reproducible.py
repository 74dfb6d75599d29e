"""Gradients whose additions have no fixed order are found, on any machine."""

import pytest
import torch

from jointre.testing.contracts.reproducible import gradients_are_reproducible, threads

VALUES = torch.randn(300, 384, generator=torch.Generator().manual_seed(0))
INDEX = torch.randint(0, 300, (3000,), generator=torch.Generator().manual_seed(1))


def test_repeated_index_is_found() -> None:
    values = VALUES.clone().requires_grad_(True)
    with pytest.raises(AssertionError, match=r"adds rows .*x\[index\].*: select rows by jointre"):
        gradients_are_reproducible(values[INDEX], [values])
    with pytest.raises(AssertionError, match="adds rows"):
        gradients_are_reproducible({"few": values[[0, 0]]}, [values])


def test_reproducible_ways_pass() -> None:
    values = VALUES.clone().requires_grad_(True)
    gradients_are_reproducible(values.index_select(0, INDEX), [values])
    gradients_are_reproducible(torch.nn.functional.embedding(INDEX, values), [values])
    gradients_are_reproducible(values[INDEX.unique()], [values])  # nothing is added up
    gradients_are_reproducible(values[values.detach() > 0], [values])
    gradients_are_reproducible(VALUES, [values])  # nothing depends on the input


def test_runs_that_differ_are_found() -> None:
    class Noisy(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, values: torch.Tensor) -> torch.Tensor:
            return values.clone()

        @staticmethod
        def backward(ctx: object, gradient: torch.Tensor) -> torch.Tensor:
            return gradient + torch.rand(1)

    values = VALUES.clone().requires_grad_(True)
    with pytest.raises(AssertionError, match="two backward passes on 2 threads differ"):
        gradients_are_reproducible(Noisy.apply(values), [values])


def test_threads_are_restored() -> None:
    before = torch.get_num_threads()
    with threads(2):
        assert torch.get_num_threads() == 2
    assert torch.get_num_threads() == before
