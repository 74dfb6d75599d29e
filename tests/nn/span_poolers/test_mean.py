"""Pooling by mean: contract and masks over all positions."""

import pytest

from jointre.nn.span_poolers import MeanSpanPooler
from jointre.testing.contracts import SpanPoolerContract
from tests.naive import spans as naive
from tests.nn.compare import equal
from tests.nn.test_range_max import ranges_of


class TestMeanSpanPooler(SpanPoolerContract):
    component = "mean"


@pytest.mark.parametrize("seed", range(4))
def test_equals_masks(seed: int) -> None:
    states, ranges = ranges_of(seed, 3, 11, 30)
    equal(
        lambda: MeanSpanPooler()(states, ranges),
        lambda: naive.pool(states, ranges, "mean"),
        [states],
    )
