"""The focal factor, which lets easy candidates count less."""

from typing import Annotated

import torch
from annotated_types import Ge, Le
from jaxtyping import Float
from torch import Tensor

FocalGamma = Annotated[float, Ge(0), Le(100)]


def focal_factor(losses: Float[Tensor, "..."], gamma: float) -> Float[Tensor, "..."]:
    """(1 − p)^γ for losses of −log p.

    Source: Lin et al. (2017), https://arxiv.org/abs/1708.02002

    Args:
        losses: Cross-entropies: −log p of the right answer's probability p.
        gamma: Exponent γ; 0: every factor is 1.

    Example:
        >>> focal_factor(torch.tensor([0.5]).log().neg(), 2.0).tolist()
        [0.25]
    """
    if gamma == 0:
        return torch.ones_like(losses)
    # 1 - p without cancellation; the smallest number keeps the gradient of x^γ finite for γ < 1.
    wrong: Tensor = (-torch.expm1(-losses)).clamp(min=torch.finfo(losses.dtype).tiny)
    return wrong**gamma
