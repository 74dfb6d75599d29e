"""Span enumeration, sums over position ranges, and pairs."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.layout import Ranges, Spans
from jointre.nn.take import take


def enumerate_spans(lengths: Int[Tensor, " b"], max_width: int) -> Spans:
    """All spans of at most ``max_width`` words.

    Args:
        lengths: number of words of each unit.
        max_width: longest span, in words.

    Returns:
        Packed rows ordered by unit, then width, then start (SINET §2).
    """
    widths = torch.arange(1, max_width + 1, device=lengths.device)
    counts = (lengths[:, None] - widths + 1).clamp(min=0).flatten()
    group = torch.repeat_interleave(counts)
    first = counts.cumsum(0) - counts
    start = torch.arange(len(group), device=lengths.device) - first[group]
    unit = group // max_width
    return Spans(unit, start, start + group % max_width + 1)


def range_sum(states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
    """Sum of the states in each range; zero for an empty range.

    Differences of running sums, kept in float64 so that nothing cancels.

    Shapes:
        states ``"b t d"``, ranges ``"r"`` → ``"r d"``.
    """
    precise = torch.float32 if states.device.type == "mps" else torch.float64
    running = torch.nn.functional.pad(states.to(precise).cumsum(1), (0, 0, 1, 0))
    end = torch.maximum(ranges.start, ranges.end)
    total = take(running, ranges.unit, end) - take(running, ranges.unit, ranges.start)
    return total.to(states.dtype)


def ordered_pairs(group: Int[Tensor, " m"], itself: bool = False) -> Int[Tensor, "q 2"]:
    """All ordered pairs of rows of one group.

    Args:
        group: the group of each row; rows of a group lie together.
        itself: also pair each row with itself.

    Returns:
        Pairs of row numbers, row-major within each group (SINET §3.8).
    """
    _, index, counts = torch.unique_consecutive(group, return_inverse=True, return_counts=True)
    partners = counts[index]  # each row meets all rows of its group, itself included
    head = torch.repeat_interleave(partners)
    first = (counts.cumsum(0) - counts)[index]
    offset = torch.arange(len(head), device=group.device) - (partners.cumsum(0) - partners)[head]
    tail = first[head] + offset
    pairs = torch.stack([head, tail], 1)
    return pairs if itself else pairs[head != tail]
