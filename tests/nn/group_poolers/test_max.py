"""Pooling groups by max: contract and loops."""

import pytest

from jointre.nn.group_poolers import MaxGroupPooler
from jointre.testing.contracts import GroupPoolerContract
from tests.naive import memory as naive
from tests.nn.compare import equal
from tests.nn.test_segment_ops import groups_of


class TestMaxGroupPooler(GroupPoolerContract):
    component = "max"


@pytest.mark.parametrize("seed", range(4))
def test_equals_loops(seed: int) -> None:
    rows, group, count = groups_of(seed)
    equal(
        lambda: MaxGroupPooler()(rows, group, count),
        lambda: naive.pool(rows, group.tolist(), count, "max"),
        [rows],
    )
