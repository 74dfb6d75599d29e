"""Softmax, maxima and means over masked positions; True in a mask keeps a position."""

from typing import final

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn


@final
class Softmax(nn.Module):
    """Softmax over the last axis of the kept entries; all others are exactly 0.

    Every attention of jointre uses this module, so that a forward hook on it reads the
    attention weights before dropout. A row without kept entries is 0.

    Shapes:
        scores ``"*r k"``, keep ``"*#r k"`` → ``"*r k"``.
    """

    def forward(
        self, scores: Float[Tensor, "*r k"], keep: Bool[Tensor, "*#r k"]
    ) -> Float[Tensor, "*r k"]:
        """Probabilities over the kept entries."""
        lowest = torch.finfo(scores.dtype).min  # not -inf: a row without keys must not be NaN
        return scores.masked_fill(~keep, lowest).softmax(-1).masked_fill(~keep, 0.0)


def masked_max(states: Float[Tensor, "b t d"], keep: Bool[Tensor, "b t"]) -> Float[Tensor, "b d"]:
    """Maximum over the kept positions; zero where there are none."""
    lowest = torch.finfo(states.dtype).min
    top = states.masked_fill(~keep[..., None], lowest).amax(1)
    return top.masked_fill(~keep.any(1, keepdim=True), 0.0)


def masked_mean(states: Float[Tensor, "b t d"], keep: Bool[Tensor, "b t"]) -> Float[Tensor, "b d"]:
    """Mean over the kept positions; zero where there are none."""
    weight = keep.to(states.dtype)
    total = torch.einsum("btd,bt->bd", states, weight)
    return total / weight.sum(1, keepdim=True).clamp(min=1.0)
