"""Pooling by max: contract and masks over all positions."""

import pytest

from jointre.nn.span_poolers import MaxSpanPooler
from jointre.testing.contracts import SpanPoolerContract
from tests.naive import spans as naive
from tests.nn.compare import equal
from tests.nn.test_range_max import ranges_of


class TestMaxSpanPooler(SpanPoolerContract):
    component = "max"


@pytest.mark.parametrize("seed", range(4))
def test_equals_masks(seed: int) -> None:
    states, ranges = ranges_of(seed, 3, 11, 30)
    equal(
        lambda: MaxSpanPooler()(states, ranges),
        lambda: naive.pool(states, ranges, "max"),
        [states],
    )
