"""Comparing a module with its naive twin: outputs and gradients."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

CLOSE = {"atol": 1e-5, "rtol": 1e-5}
DOUBLE = {"atol": 1e-9, "rtol": 1e-9}  # for float64


def gradients(output: Tensor, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Gradients of a fixed random projection of the output."""
    generator = torch.Generator().manual_seed(11)
    weight = torch.randn(output.shape, generator=generator)
    found = torch.autograd.grad((output * weight).sum(), inputs, allow_unused=True)
    pairs = zip(found, inputs, strict=True)
    return [torch.zeros_like(own) if grad is None else grad for grad, own in pairs]


def equal(
    fast: Callable[[], Tensor],
    naive: Callable[[], Tensor],
    inputs: Sequence[Tensor],
    tolerance: dict[str, float] = CLOSE,
) -> Tensor:
    """Fail unless both give the same values and gradients; the fast one's values."""
    for value in inputs:
        value.requires_grad_(True)
    one, other = fast(), naive()
    torch.testing.assert_close(one, other, **tolerance)
    for first, second in zip(gradients(one, inputs), gradients(other, inputs), strict=True):
        torch.testing.assert_close(first, second, **tolerance)
    return one.detach()
