"""The components of jointre.nn.span_poolers: contracts, and equality with loops."""

import pytest

from jointre.nn.span_poolers import MaxSpanPooler, MeanSpanPooler, SpanPooler, SumSpanPooler
from jointre.testing.contracts import SpanPoolerContract
from tests.naive import spans as naive
from tests.nn.compare import equal
from tests.nn.test_range_max import ranges_of


def test_interface() -> None:
    assert SpanPooler.given == ()
    assert {"max", "mean", "sum"} <= set(SpanPooler.names())


class TestMaxSpanPooler(SpanPoolerContract):
    component = "max"


@pytest.mark.parametrize("seed", range(4))
def test_max_equals_masks(seed: int) -> None:
    states, ranges = ranges_of(seed, 3, 11, 30)
    equal(
        lambda: MaxSpanPooler()(states, ranges),
        lambda: naive.pool(states, ranges, "max"),
        [states],
    )


class TestMeanSpanPooler(SpanPoolerContract):
    component = "mean"


@pytest.mark.parametrize("seed", range(4))
def test_mean_equals_masks(seed: int) -> None:
    states, ranges = ranges_of(seed, 3, 11, 30)
    equal(
        lambda: MeanSpanPooler()(states, ranges),
        lambda: naive.pool(states, ranges, "mean"),
        [states],
    )


class TestSumSpanPooler(SpanPoolerContract):
    component = "sum"


@pytest.mark.parametrize("seed", range(4))
def test_sum_equals_masks(seed: int) -> None:
    states, ranges = ranges_of(seed, 3, 11, 30)
    equal(
        lambda: SumSpanPooler()(states, ranges),
        lambda: naive.pool(states, ranges, "sum"),
        [states],
    )
