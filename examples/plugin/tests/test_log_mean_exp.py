"""The pooler passes the suite, and equals a loop over the ranges."""

import pytest
import torch
from jointre_example.log_mean_exp import LogMeanExpSpanPooler

from jointre.positions import Ranges
from jointre.testing.contracts import SpanPoolerContract


class TestLogMeanExp(SpanPoolerContract):
    component = {"type": "log_mean_exp", "temperature": 0.5}


def ranges_of(units: int, positions: int) -> Ranges:
    """All ranges, empty ones too, in no order."""
    rows = torch.cartesian_prod(
        torch.arange(units), torch.arange(positions), torch.arange(positions + 1)
    )
    rows = rows[rows[:, 1] <= rows[:, 2]]
    rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))]
    return Ranges(*rows.T)


@pytest.mark.parametrize("temperature", [0.05, 1.0, 30.0])
def test_equals_a_loop(temperature: float) -> None:
    states = 5 * torch.randn(2, 19, 3, generator=torch.Generator().manual_seed(1))
    ranges = ranges_of(2, 19)
    found = LogMeanExpSpanPooler(8, temperature)(states, ranges)
    for row, (unit, start, end) in zip(
        found, zip(ranges.unit, ranges.start, ranges.end, strict=True), strict=True
    ):
        inside = states[unit, start:end].double()
        expected = torch.zeros(3)
        if len(inside):
            powers = (inside / temperature).logsumexp(0) - torch.tensor(len(inside)).log()
            expected = (temperature * powers).float()
        torch.testing.assert_close(row, expected, atol=1e-4, rtol=1e-4)


def test_lies_between_the_mean_and_the_maximum() -> None:
    states = torch.randn(1, 6, 4, generator=torch.Generator().manual_seed(2))
    whole = Ranges(torch.tensor([0]), torch.tensor([0]), torch.tensor([6]))
    mean, top = (
        LogMeanExpSpanPooler(8, 1e3)(states, whole),
        LogMeanExpSpanPooler(8, 1e-3)(states, whole),
    )
    torch.testing.assert_close(mean[0], states[0].mean(0), atol=1e-2, rtol=0)
    torch.testing.assert_close(top[0], states[0].amax(0), atol=1e-2, rtol=0)
