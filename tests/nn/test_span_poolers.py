"""The components of jointre.nn.span_poolers: contracts, and equality with loops."""

import pytest
import torch

from jointre.nn.span_poolers import (
    EndpointsSpanPooler,
    MaxSpanPooler,
    MeanSpanPooler,
    SpanPooler,
    SumSpanPooler,
)
from jointre.positions import Ranges
from jointre.testing.contracts import SpanPoolerContract
from tests.naive import spans as naive
from tests.nn.compare import equal
from tests.nn.test_range_max import ranges_of


def test_interface() -> None:
    assert SpanPooler.given == ("input_dim",)
    assert {"max", "mean", "sum", "endpoints"} <= set(SpanPooler.names())


class TestMaxSpanPooler(SpanPoolerContract):
    component = "max"


@pytest.mark.parametrize("seed", range(4))
def test_max_equals_masks(seed: int) -> None:
    states, ranges = ranges_of(seed, 3, 11, 30)
    equal(
        lambda: MaxSpanPooler(4)(states, ranges),
        lambda: naive.pool(states, ranges, "max"),
        [states],
    )


class TestMeanSpanPooler(SpanPoolerContract):
    component = "mean"


@pytest.mark.parametrize("seed", range(4))
def test_mean_equals_masks(seed: int) -> None:
    states, ranges = ranges_of(seed, 3, 11, 30)
    equal(
        lambda: MeanSpanPooler(4)(states, ranges),
        lambda: naive.pool(states, ranges, "mean"),
        [states],
    )


class TestSumSpanPooler(SpanPoolerContract):
    component = "sum"


@pytest.mark.parametrize("seed", range(4))
def test_sum_equals_masks(seed: int) -> None:
    states, ranges = ranges_of(seed, 3, 11, 30)
    equal(
        lambda: SumSpanPooler(4)(states, ranges),
        lambda: naive.pool(states, ranges, "sum"),
        [states],
    )


class TestEndpointsSpanPooler(SpanPoolerContract):
    component = "endpoints"


@pytest.mark.parametrize("seed", range(4))
def test_endpoints_equal_range_by_range(seed: int) -> None:
    states, ranges = ranges_of(seed, 3, 11, 30)
    pooler = EndpointsSpanPooler(states.shape[2])
    equal(
        lambda: pooler(states, ranges),
        lambda: naive.endpoints(pooler.output, states, ranges),
        [states, *pooler.parameters()],
    )


def test_endpoints_by_hand() -> None:
    """Weights 1, 10 and 100 of first, last and maximum; a bias of 0.5, but not for no position."""
    pooler = EndpointsSpanPooler(1)
    with torch.no_grad():
        pooler.output.weight.copy_(torch.tensor([[1.0, 10.0, 100.0]]))
        pooler.output.bias.fill_(0.5)
    states = torch.tensor([[[1.0], [4.0], [2.0]], [[7.0], [0.0], [0.0]]])
    ranges = Ranges(torch.tensor([0, 1, 0]), torch.tensor([0, 0, 3]), torch.tensor([3, 1, 3]))
    assert pooler(states, ranges)[:, 0].tolist() == [1 + 20 + 400 + 0.5, 777.5, 0.0]
