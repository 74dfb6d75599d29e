"""The margin of ArcFace, one candidate after the other, by angles."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor


def arcface(
    cosines: Tensor, targets: Sequence[int], weight: Tensor, degrees: float, scale: float
) -> Tensor:
    """Sum of weight × cross-entropy of scaled cosines, the right one with the margin."""
    margin, total = math.radians(degrees), torch.zeros(())
    for row, target, own in zip(cosines, targets, weight, strict=True):
        angle = row[target].acos()
        within = bool(angle <= math.pi - margin)
        right = (angle + margin).cos() if within else angle.cos() - margin * math.sin(margin)
        logits = [right if c == target else value for c, value in enumerate(row)]
        scores = scale * torch.stack(logits)
        total = total + own * (scores.logsumexp(0) - scores[target])
    return total
