"""The components of jointre.nn.entity_poolers: contracts, and equality with loops."""

import math

import pytest
import torch

from jointre.nn.entity_poolers import (
    EntityPooler,
    LogSumExpEntityPooler,
    MaxEntityPooler,
    MeanEntityPooler,
    SumEntityPooler,
)
from jointre.testing.contracts import EntityPoolerContract
from tests.naive import memory as naive
from tests.nn.compare import equal
from tests.nn.test_segment_ops import groups_of


def test_interface() -> None:
    assert EntityPooler.given == ()
    assert {"logsumexp", "max", "mean", "sum"} <= set(EntityPooler.names())


class TestMaxGroupPooler(EntityPoolerContract):
    component = "max"


@pytest.mark.parametrize("seed", range(4))
def test_max_equals_loops(seed: int) -> None:
    rows, group, count = groups_of(seed)
    equal(
        lambda: MaxEntityPooler()(rows, group, count),
        lambda: naive.pool(rows, group.tolist(), count, "max"),
        [rows],
    )


class TestMeanGroupPooler(EntityPoolerContract):
    component = "mean"


@pytest.mark.parametrize("seed", range(4))
def test_mean_equals_loops(seed: int) -> None:
    rows, group, count = groups_of(seed)
    equal(
        lambda: MeanEntityPooler()(rows, group, count),
        lambda: naive.pool(rows, group.tolist(), count, "mean"),
        [rows],
    )


class TestSumGroupPooler(EntityPoolerContract):
    component = "sum"


@pytest.mark.parametrize("seed", range(4))
def test_sum_equals_loops(seed: int) -> None:
    rows, group, count = groups_of(seed)
    equal(
        lambda: SumEntityPooler()(rows, group, count),
        lambda: naive.pool(rows, group.tolist(), count, "sum"),
        [rows],
    )


class TestLogSumExpGroupPooler(EntityPoolerContract):
    component = "logsumexp"


@pytest.mark.parametrize("seed", range(4))
def test_logsumexp_equals_loops(seed: int) -> None:
    rows, group, count = groups_of(seed)
    equal(
        lambda: LogSumExpEntityPooler()(rows, group, count),
        lambda: naive.pool(rows, group.tolist(), count, "logsumexp"),
        [rows],
    )


def test_logsumexp_by_hand() -> None:
    """Log 1 and log 3 give log 4; one row stays as it is; large rows do not overflow."""
    rows = torch.tensor([[0.0, 1000.0], [math.log(3.0), 1000.0], [-2.0, -1000.0]])
    pooled = LogSumExpEntityPooler()(rows, torch.tensor([0, 0, 2]), 3)
    expected = torch.tensor([[math.log(4.0), 1000 + math.log(2.0)], [0.0, 0.0], [-2.0, -1000.0]])
    torch.testing.assert_close(pooled, expected)
