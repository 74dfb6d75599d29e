"""The positions between two ranges."""

import torch
from jaxtyping import Int
from torch import Tensor

from jointre.positions import Ranges

BITS = 24  # bits of a position; the remaining bits of a 64-bit key hold the unit


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
    # One number per gap, because torch.unique is forty times as slow over columns.
    keys = ((ranges.unit[head] << BITS | start) << BITS | end) * filled
    distinct, inverse = torch.unique(keys, return_inverse=True)
    low = (1 << BITS) - 1
    return Ranges(distinct >> 2 * BITS, distinct >> BITS & low, distinct & low), inverse
