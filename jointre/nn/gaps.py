"""The positions between two ranges."""

import torch
from jaxtyping import Int
from torch import Tensor

from jointre.layout import Ranges


def distinct_gaps(
    ranges: Ranges, head: Int[Tensor, " q"], tail: Int[Tensor, " q"]
) -> tuple[Ranges, Int[Tensor, " q"]]:
    """The distinct gaps between the members of pairs, and each pair's gap.

    The gap of [l1, u1) and [l2, u2) is [min(u1, u2), max(l1, l2)); spans that touch,
    overlap or nest share one empty gap.
    """
    start = torch.minimum(ranges.end[head], ranges.end[tail])
    end = torch.maximum(ranges.start[head], ranges.start[tail])
    filled = start < end
    keys = torch.stack([ranges.unit[head], start, end]) * filled
    distinct, inverse = torch.unique(keys, dim=1, return_inverse=True)
    return Ranges(distinct[0], distinct[1], distinct[2]), inverse
