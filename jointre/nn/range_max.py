"""Maxima over ranges of positions without a mask for each range.

With B units of L positions, S ranges and width d, masks as in the papers cost B×S×L×d operations;
tables of maxima cost at most 5·B×L×d.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.nn.segment_ops import segment_max
from jointre.nn.take import take
from jointre.positions import Ranges

LEVELS = 5
BLOCK = 1 << (LEVELS - 1)  # positions; wider windows start only at multiples of it


def range_max(states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
    """Element-wise maximum of the states in each range; zero for an empty range.

    Few or short ranges are read slice by slice. For many ranges, maxima over windows of 1, 2, 4, …
    positions are computed first, and each range is covered by overlapping windows. Both are exact.

    Shapes:
        states ``"b t d"``, ranges ``"r"`` → ``"r d"``.
    """
    length = (ranges.end - ranges.start).clamp(min=0)
    if len(length) == 0:
        return states.new_zeros(0, states.shape[2])
    total, longest, shortest = torch.stack([length.sum(), *reversed(length.aminmax())]).tolist()
    levels = min(max(1, longest).bit_length(), LEVELS)
    if total + 2 * len(length) < levels * states.shape[0] * states.shape[1]:
        rows = _slice_max(states, ranges, length)
    else:
        rows = _window_max(states, ranges, longest)
    return rows if shortest else rows.masked_fill((length == 0)[:, None], 0.0)


def _slice_max(
    states: Float[Tensor, "b t d"], ranges: Ranges, length: Int[Tensor, " r"]
) -> Float[Tensor, "r d"]:
    """Maxima over the ranges' own positions, one after the other."""
    group = torch.repeat_interleave(length)
    base = ranges.unit * states.shape[1] + ranges.start - (length.cumsum(0) - length)
    position = torch.arange(len(group), device=group.device) + base[group]
    values = take(states.flatten(0, 1), position)
    return segment_max(values, group, len(length))


def _window_max(
    states: Float[Tensor, "b t d"], ranges: Ranges, longest: int
) -> Float[Tensor, "r d"]:
    """Maxima of a window at either end, and of the whole blocks between them."""
    windows = _windows(states, min(max(1, longest).bit_length(), LEVELS))
    rows = _ends(windows, ranges)
    first, last = (ranges.start + BLOCK - 1) // BLOCK, ranges.end // BLOCK
    if longest < BLOCK:
        return rows
    (wide,) = torch.where(last > first)
    blocks = _windows(windows[-1][:, ::BLOCK], (longest // BLOCK).bit_length())
    inner = _ends(blocks, Ranges(ranges.unit[wide], first[wide], last[wide]))
    return rows.index_copy(0, wide, torch.maximum(take(rows, wide), inner))


def _windows(states: Float[Tensor, "b t d"], levels: int) -> list[Float[Tensor, "b t d"]]:
    """Maxima over the next 1, 2, 4, … positions, or fewer near the end."""
    windows, width = [states], 1
    for _ in range(1, levels):
        num_complete, previous = states.shape[1] - width, windows[-1]
        doubled = torch.maximum(previous[:, :num_complete], previous[:, width:])
        windows.append(torch.cat([doubled, previous[:, num_complete:]], 1))
        width *= 2
    return windows


def _ends(windows: list[Float[Tensor, "b t d"]], ranges: Ranges) -> Float[Tensor, "r d"]:
    """Maximum of the widest windows that fit, one at the start and one at the end."""
    units, positions, width = windows[0].shape
    table = torch.cat([maxima.reshape(units * positions, width) for maxima in windows])
    length = (ranges.end - ranges.start).float()
    level = (length.frexp().exponent - 1).clamp(0, len(windows) - 1).long()  # log2, exactly
    base = level * (units * positions) + ranges.unit * positions
    last = (ranges.end - 2**level).clamp(min=0)
    first = ranges.start.clamp(max=positions - 1)
    return torch.maximum(take(table, base + first), take(table, base + last))
