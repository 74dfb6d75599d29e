"""Gaps between ranges, by hand."""

import torch

from jointre.nn.gaps import BITS, distinct_gaps
from jointre.positions import Ranges


def test_gaps_by_hand() -> None:
    """Before, after, touching, nested, overlapping, in another unit."""
    ranges = Ranges(
        torch.tensor([0, 0, 0, 0, 0, 1, 1]),
        torch.tensor([1, 4, 2, 1, 3, 1, 4]),
        torch.tensor([2, 6, 4, 6, 5, 2, 6]),
    )
    head = torch.tensor([0, 1, 0, 3, 4, 5, 6])
    tail = torch.tensor([1, 0, 2, 4, 1, 6, 5])
    gaps, own = distinct_gaps(ranges, head, tail)
    rows = torch.stack([gaps.unit, gaps.start, gaps.end], 1)
    assert rows[own].tolist() == [
        [0, 2, 4],
        [0, 2, 4],
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
        [1, 2, 4],
        [1, 2, 4],
    ]
    assert len(rows) == 3


def test_no_pairs_have_no_gaps() -> None:
    none = torch.zeros(0, dtype=torch.long)
    gaps, own = distinct_gaps(Ranges(none, none, none), none, none)
    assert len(gaps.unit) == len(own) == 0


def test_far_positions_and_units_stay_apart() -> None:
    """As far as a position goes, and a unit beside it."""
    last, unit = (1 << BITS) - 1, (1 << 15) - 1
    ranges = Ranges(
        torch.tensor([0, 0, unit, unit]),
        torch.tensor([0, last, 0, last]),
        torch.tensor([1, last, 1, last]),
    )
    gaps, own = distinct_gaps(ranges, torch.tensor([0, 3]), torch.tensor([1, 2]))
    rows = torch.stack([gaps.unit, gaps.start, gaps.end], 1)
    assert rows[own].tolist() == [[0, 1, last], [unit, 1, last]]
