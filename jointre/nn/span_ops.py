"""Span enumeration and pooling over position ranges without a mask for each span.

Source: papers' own arithmetic costs B×S×L×d; range tables cost L·log(width)·d.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.layout import Ranges, Spans
from jointre.nn.segment_ops import segment_max


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

    Few or short ranges are read slice by slice; for many, a table of maxima over windows
    of 1, 2, 4, … positions answers each with two overlapping windows. Both are exact.

    Shapes:
        states ``"b t d"``, ranges ``"r"`` → ``"r d"``.
    """
    length = (ranges.end - ranges.start).clamp(min=0)
    if len(length) == 0:
        return states.new_zeros(0, states.shape[2])
    total, longest, shortest = torch.stack([length.sum(), *reversed(length.aminmax())]).tolist()
    levels = max(1, longest).bit_length()
    if total + 2 * len(length) < levels * states.shape[0] * states.shape[1]:
        rows = _slice_max(states, ranges, length)
    else:
        rows = _table_max(states, ranges, length, levels)
    return rows if shortest else rows.masked_fill((length == 0)[:, None], 0.0)


def _slice_max(
    states: Float[Tensor, "b t d"], ranges: Ranges, length: Int[Tensor, " r"]
) -> Float[Tensor, "r d"]:
    """Maxima over the ranges' own positions, one after the other."""
    group = torch.repeat_interleave(length)
    base = ranges.unit * states.shape[1] + ranges.start - (length.cumsum(0) - length)
    position = torch.arange(len(group), device=group.device) + base[group]
    values = states.flatten(0, 1)[position]
    return segment_max(values, group, len(length))


def _table_max(
    states: Float[Tensor, "b t d"], ranges: Ranges, length: Int[Tensor, " r"], levels: int
) -> Float[Tensor, "r d"]:
    """Maxima of two overlapping windows each; window widths are powers of two."""
    units, positions, width = states.shape
    tables = [states]
    for level in range(1, levels):
        half, below = 2 ** (level - 1), tables[-1]
        doubled = torch.maximum(below[:, : positions - half], below[:, half:])
        tables.append(torch.cat([doubled, below[:, positions - half :]], 1))
    table = torch.cat([one.reshape(units * positions, width) for one in tables])
    level_of = (length.float().frexp().exponent - 1).clamp(min=0).long()  # log2, exactly
    base = level_of * (units * positions) + ranges.unit * positions
    last = (ranges.end - 2**level_of).clamp(min=0)
    first = ranges.start.clamp(max=positions - 1)
    return torch.maximum(table[base + first], table[base + last])


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
