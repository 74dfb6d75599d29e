"""The suite of group poolers finds seeded faults."""

import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.nn.entity_poolers import EntityPooler
from jointre.nn.segment_ops import segment_max, segment_sum
from jointre.testing.contracts import EntityPoolerContract
from tests.testing.contracts.faults import fails, passes, suite


class Sound(EntityPooler):
    """The maximum, with a hook for faults."""

    def __init__(self) -> None:
        super().__init__()

    def forward(
        self, rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
    ) -> Float[Tensor, "g k"]:
        return self.faulty(segment_max(rows, group, num_groups), rows, group)

    def faulty(self, pooled: Tensor, rows: Tensor, group: Tensor) -> Tensor:
        return pooled


class Biased(Sound):
    def faulty(self, pooled: Tensor, rows: Tensor, group: Tensor) -> Tensor:
        return pooled + 1


class Nothing(Sound):
    def faulty(self, pooled: Tensor, rows: Tensor, group: Tensor) -> Tensor:
        return 0 * pooled


class WithoutEmptyGroups(Sound):
    def faulty(self, pooled: Tensor, rows: Tensor, group: Tensor) -> Tensor:
        return pooled[group.unique()]


class WholeBatch(Sound):
    def faulty(self, pooled: Tensor, rows: Tensor, group: Tensor) -> Tensor:
        empty = torch.bincount(group, minlength=len(pooled)) == 0
        return (pooled + rows.mean(0)).masked_fill(empty[:, None], 0.0)


class ByPlace(Sound):
    """A weight for each place in a group."""

    def faulty(self, pooled: Tensor, rows: Tensor, group: Tensor) -> Tensor:
        place = torch.arange(len(rows), device=rows.device) - torch.searchsorted(group, group)
        return segment_sum(rows / (1 + place[:, None]), group, len(pooled))


def test_sound_pooler() -> None:
    passes(suite(EntityPoolerContract, Sound))


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (Biased, "test_one_row_a_group", "an empty group must give zeros"),
        (Nothing, "test_one_row_a_group", "a group with rows must not give zeros"),
        (Nothing, "test_every_parameter_learns", "no gradient reaches the input states"),
        (
            WithoutEmptyGroups,
            "test_one_row_a_group",
            r"one row of the rows' width per group: shape",
        ),
        (WholeBatch, "test_unit_alone_equals_unit_in_a_batch", "depends on the longer units"),
        (WholeBatch, "test_padding_does_not_matter", "padding leaks into the result"),
        (ByPlace, "test_order_within_a_group_does_not_matter", "order of the rows of a group"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str) -> None:
    fails(suite(EntityPoolerContract, component), check, message)
