"""Enumeration, ranges and pairs against loops (SINET §2, §3.8, §9)."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.nn.range_max import range_max
from jointre.nn.span_ops import matching_rows, ordered_pairs, range_sum
from jointre.positions import Ranges
from tests.data.documents import TYPES_ARE_SAMPLED
from tests.naive import spans as naive
from tests.nn.compare import equal
from tests.nn.test_range_max import ranges_of

QUICK = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize("positions", [1, 2, 3, 4, 7, 8, 9, 33])
@pytest.mark.parametrize(("function", "how"), [(range_max, "max"), (range_sum, "sum")])
def test_ranges_equal_masks(function: type, how: str, positions: int) -> None:
    states, ranges = ranges_of(positions, 3, positions, 40)
    empty = ranges.start >= ranges.end
    found = equal(
        lambda: function(states, ranges), lambda: naive.pool(states, ranges, how), [states]
    )
    assert not found[empty].any()
    if positions > 2:
        assert empty.any()


def test_sum_of_a_long_unit_does_not_cancel() -> None:
    states = torch.full((1, 4000, 1), 1e4)
    states[0, -1] = 1e-3
    last = Ranges(torch.tensor([0]), torch.tensor([3999]), torch.tensor([4000]))
    torch.testing.assert_close(range_sum(states, last), torch.tensor([[1e-3]]), rtol=1e-4, atol=0)


@pytest.mark.parametrize("function", [range_max, range_sum])
def test_no_ranges(function: type) -> None:
    none = torch.zeros(0, dtype=torch.long)
    assert function(torch.randn(2, 5, 3), Ranges(none, none, none)).shape == (0, 3)


@pytest.mark.parametrize("function", [range_max, range_sum])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_precision_is_kept(function: type, dtype: torch.dtype) -> None:
    states, ranges = ranges_of(1, 2, 6, 10)
    found = function(states.to(dtype), ranges)
    assert found.dtype == dtype
    torch.testing.assert_close(found.float(), function(states, ranges), atol=0.06, rtol=0.02)


@TYPES_ARE_SAMPLED
@QUICK
@given(st.lists(st.integers(1, 4), max_size=5))
def test_pairs(sizes: list[int]) -> None:
    groups = [3 * number for number, size in enumerate(sizes) for _ in range(size)]
    found = ordered_pairs(torch.tensor(groups, dtype=torch.long))
    assert [tuple(row) for row in found.tolist()] == naive.pairs(groups)


@TYPES_ARE_SAMPLED
@QUICK
@given(st.lists(st.integers(1, 4), max_size=5))
def test_pairs_with_itself(sizes: list[int]) -> None:
    groups = [3 * number for number, size in enumerate(sizes) for _ in range(size)]
    found = ordered_pairs(torch.tensor(groups, dtype=torch.long), itself=True)
    rows = range(len(groups))
    expected = [(head, tail) for head in rows for tail in rows if groups[head] == groups[tail]]
    assert [tuple(row) for row in found.tolist()] == expected


def test_matching_rows_equals_the_loop() -> None:
    for seed in range(20):
        torch.manual_seed(seed)
        known, wanted = torch.randint(0, 3, (12, 3)), torch.randint(0, 3, (9, 3))
        place, found = matching_rows(known, wanted)
        expected = [
            (known.tolist().index(row), number)
            for number, row in enumerate(wanted.tolist())
            if row in known.tolist()
        ]
        assert list(zip(place.tolist(), found.tolist(), strict=True)) == expected


@pytest.mark.parametrize(("known", "wanted"), [(0, 2), (2, 0), (0, 0)])
def test_matching_rows_without_rows(known: int, wanted: int) -> None:
    place, found = matching_rows(torch.zeros(known, 2).long() + 1, torch.zeros(wanted, 2).long())
    assert len(place) == len(found) == 0
