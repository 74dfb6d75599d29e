"""Span enumeration and pooling over position ranges without a mask for each span.

Source: papers' own arithmetic costs B×S×L×d; range tables cost L·log(width)·d.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.layout import Ranges, Spans


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


def range_max(states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
    """Element-wise maximum of the states in each range; zero for an empty range.

    A table of maxima over windows of 1, 2, 4, … positions answers a range with two
    overlapping windows, exactly.

    Shapes:
        states ``"b t d"``, ranges ``"r"`` → ``"r d"``.
    """
    units, positions, width = states.shape
    length = ranges.end - ranges.start
    longest = int(length.max()) if len(length) else 0
    levels = [states]
    while (span := 2 ** len(levels)) <= longest:
        half = span // 2
        below = levels[-1]
        doubled = torch.maximum(below[:, : positions - half], below[:, half:])
        levels.append(torch.cat([doubled, below[:, positions - half :]], 1))
    level = (length.clamp(min=1).to(torch.float32).log2() + 1e-6).long()
    table = torch.cat([one.reshape(units * positions, width) for one in levels])
    base = level * (units * positions) + ranges.unit * positions
    last = (ranges.end - 2**level).clamp(min=0)
    first = ranges.start.clamp(max=positions - 1)
    rows = torch.maximum(table[base + first], table[base + last])
    return rows.masked_fill((length <= 0)[:, None], 0.0)


def range_sum(states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
    """Sum of the states in each range; zero for an empty range.

    Differences of running sums, kept in float64 so that nothing cancels.

    Shapes:
        states ``"b t d"``, ranges ``"r"`` → ``"r d"``.
    """
    precise = torch.float32 if states.device.type == "mps" else torch.float64
    running = torch.nn.functional.pad(states.to(precise).cumsum(1), (0, 0, 1, 0))
    end = torch.maximum(ranges.start, ranges.end)
    total = running[ranges.unit, end] - running[ranges.unit, ranges.start]
    return total.to(states.dtype)


def ordered_pairs(group: Int[Tensor, " m"]) -> Int[Tensor, "q 2"]:
    """All ordered pairs of different rows of one group.

    Args:
        group: the group of each row; rows of a group lie together.

    Returns:
        Pairs of row numbers, row-major within each group (SINET §3.8).
    """
    _, index, counts = torch.unique_consecutive(group, return_inverse=True, return_counts=True)
    partners = counts[index]  # each row meets all rows of its group, itself included
    head = torch.repeat_interleave(partners)
    first = (counts.cumsum(0) - counts)[index]
    offset = torch.arange(len(head), device=group.device) - (partners.cumsum(0) - partners)[head]
    tail = first[head] + offset
    return torch.stack([head, tail], 1)[head != tail]
