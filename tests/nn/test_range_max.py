"""Maxima over ranges against loops (SINET §9)."""

import pytest
import torch

from jointre.nn.range_max import _slice_max, _window_max, range_max
from jointre.positions import Ranges
from tests.naive import spans as naive
from tests.nn.compare import equal


def ranges_of(seed: int, units: int, positions: int, count: int) -> tuple[torch.Tensor, Ranges]:
    """Random states and ranges; some are empty, some run backwards, some cover all."""
    generator = torch.Generator().manual_seed(seed)
    states = torch.randn(units, positions, 3, generator=generator)
    unit = torch.randint(units, (count,), generator=generator)
    start = torch.randint(positions, (count,), generator=generator)
    end = torch.randint(positions + 1, (count,), generator=generator)
    start[0], end[0] = 0, positions
    return states, Ranges(unit, start, end)


def by_slices(states: torch.Tensor, ranges: Ranges) -> torch.Tensor:
    """The maximum as few ranges are read; empty ones apart."""
    return _slice_max(states, ranges, ranges.end - ranges.start)


def by_windows(states: torch.Tensor, ranges: Ranges) -> torch.Tensor:
    """The maximum as many ranges are read; empty ones apart."""
    return _window_max(states, ranges, int((ranges.end - ranges.start).max()))


@pytest.mark.parametrize("positions", [1, 2, 7, 8, 9, 33, 130])
@pytest.mark.parametrize("way", [by_slices, by_windows])
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
    """Two overlapping windows give the masked maximum bit for bit (SINET §9.1, §9.5)."""
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


def test_every_range_of_a_unit() -> None:
    """Whatever stands before, between and after whole blocks is read."""
    states = torch.randn(1, 120, 2, generator=torch.Generator().manual_seed(0))
    start, end = torch.triu_indices(120, 121, 1)
    ranges = Ranges(torch.zeros_like(start), start, end)
    expected = torch.stack([states[0, s:e].amax(0) for s, e in zip(start, end, strict=True)])
    assert torch.equal(by_windows(states, ranges), expected)
