"""The components of jointre.nn.entity_poolers: contracts, and equality with loops."""

import pytest

from jointre.nn.entity_poolers import (
    EntityPooler,
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
    assert {"max", "mean", "sum"} <= set(EntityPooler.names())


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
