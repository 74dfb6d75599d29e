"""Enumeration, ranges and pairs against loops (SINET §2, §3.8, §9)."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.layout import Ranges
from jointre.nn.span_ops import (
    _slice_max,
    _table_max,
    enumerate_spans,
    ordered_pairs,
    range_max,
    range_sum,
)
from tests.data.documents import TYPES_ARE_SAMPLED
from tests.naive import spans as naive
from tests.nn.compare import equal

QUICK = settings(max_examples=40, deadline=None)


@TYPES_ARE_SAMPLED
@QUICK
@given(st.lists(st.integers(0, 12), min_size=1, max_size=4), st.integers(1, 14))
def test_enumeration(lengths: list[int], max_width: int) -> None:
    spans = enumerate_spans(torch.tensor(lengths), max_width)
    rows = torch.stack([spans.unit, spans.start, spans.end], 1).tolist()
    assert [tuple(row) for row in rows] == naive.enumerate_all(lengths, max_width)


def test_enumeration_by_hand() -> None:
    spans = enumerate_spans(torch.tensor([3]), 2)
    rows = list(zip(spans.start.tolist(), spans.end.tolist(), strict=True))
    assert rows == [(0, 1), (1, 2), (2, 3), (0, 2), (1, 3)]


def ranges_of(seed: int, units: int, positions: int, count: int) -> tuple[torch.Tensor, Ranges]:
    """Random states and ranges; some are empty, some run backwards, some cover all."""
    generator = torch.Generator().manual_seed(seed)
    states = torch.randn(units, positions, 3, generator=generator)
    unit = torch.randint(units, (count,), generator=generator)
    start = torch.randint(positions, (count,), generator=generator)
    end = torch.randint(positions + 1, (count,), generator=generator)
    start[0], end[0] = 0, positions
    return states, Ranges(unit, start, end)


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


def by_slices(states: torch.Tensor, ranges: Ranges) -> torch.Tensor:
    """The maximum as few ranges are read; empty ones apart."""
    return _slice_max(states, ranges, ranges.end - ranges.start)


def by_table(states: torch.Tensor, ranges: Ranges) -> torch.Tensor:
    """The maximum as many ranges are read; empty ones apart."""
    length = ranges.end - ranges.start
    return _table_max(states, ranges, length, int(length.max()).bit_length())


@pytest.mark.parametrize("positions", [1, 2, 7, 8, 9, 33])
@pytest.mark.parametrize("way", [by_slices, by_table])
def test_both_ways_to_a_maximum(way: type, positions: int) -> None:
    states, every = ranges_of(positions, 3, positions, 40)
    real = every.start < every.end
    ranges = Ranges(every.unit[real], every.start[real], every.end[real])
    equal(lambda: way(states, ranges), lambda: naive.pool(states, ranges, "max"), [states])
    for dtype in (torch.bfloat16, torch.float16):
        half = states.detach().to(dtype)
        expected = naive.pool(half.float(), ranges, "max")
        assert torch.equal(way(half, ranges).float(), expected), dtype


def test_maximum_is_exact() -> None:
    """Two overlapping windows give the masked maximum bit for bit (§9.1, §9.5)."""
    states, ranges = ranges_of(5, 4, 50, 200)
    assert torch.equal(range_max(states, ranges), naive.pool(states, ranges, "max"))


def test_all_lengths_up_to_many() -> None:
    """No length picks a window too long or too short, powers of two above all."""
    count = 1025
    states = torch.arange(count, dtype=torch.float32).neg().view(1, count, 1)
    length = torch.arange(1, count + 1)
    start = count - length
    ranges = Ranges(torch.zeros_like(start), start, start + length)
    assert torch.equal(range_max(states, ranges)[:, 0], states[0, start, 0])


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
