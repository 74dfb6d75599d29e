"""Sums over ranges of positions, ordered pairs of rows, and rows that two matrices share."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.nn.take import take
from jointre.positions import Ranges


def range_sum(states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
    """Sum of the states in each range; zero for an empty range.

    Differences of running sums, in float64 to avoid cancellation.

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
        group: Group of each row; the rows of a group must be adjacent.
        itself: Whether to pair each row with itself too.

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


def matching_rows(
    known: Int[Tensor, "n k"], wanted: Int[Tensor, "q k"]
) -> tuple[Int[Tensor, " m"], Int[Tensor, " m"]]:
    """The rows of one matrix that are rows of another as well.

    Args:
        known: Rows to look in; of equal rows, the first is taken.
        wanted: Rows to look for.

    Returns:
        For each row that was found, its number among the known rows, and among the wanted ones.
    """
    numbers = torch.unique(torch.cat([known, wanted]), dim=0, return_inverse=True)[1]
    size, rows = len(known), torch.arange(len(known), device=known.device)
    first = numbers.new_full((len(numbers),), size)
    first.scatter_reduce_(0, numbers[:size], rows, "amin")
    place = first[numbers[size:]]
    found = (place < size).nonzero().flatten()
    return place[found], found
