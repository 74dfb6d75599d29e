"""Pooling groups by mean: contract and loops."""

import pytest

from jointre.nn.group_poolers import MeanGroupPooler
from jointre.testing.contracts import GroupPoolerContract
from tests.naive import memory as naive
from tests.nn.compare import equal
from tests.nn.test_segment_ops import groups_of


class TestMeanGroupPooler(GroupPoolerContract):
    component = "mean"


@pytest.mark.parametrize("seed", range(4))
def test_equals_loops(seed: int) -> None:
    rows, group, count = groups_of(seed)
    equal(
        lambda: MeanGroupPooler()(rows, group, count),
        lambda: naive.pool(rows, group.tolist(), count, "mean"),
        [rows],
    )
