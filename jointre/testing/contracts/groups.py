"""The suite of poolers over groups of packed rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.nn.entity_poolers import EntityPooler
from jointre.testing.contracts.compare import same
from jointre.testing.contracts.contract import ModuleContract, View
from jointre.testing.contracts.inputs import UNITS, size, stream_of
from jointre.testing.contracts.streams import shape_is

WIDTH = 8


@dataclass(frozen=True, slots=True)
class Groups:
    """What a group pooler reads, and the unit of each group."""

    rows: Float[Tensor, "m k"]
    group: Int[Tensor, " m"]
    num_groups: int
    unit: Int[Tensor, " g"]


class EntityPoolerContract(ModuleContract):
    """The suite of :class:`~jointre.nn.entity_poolers.EntityPooler`."""

    interface = EntityPooler

    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> Groups:
        """One group per word, with one row per piece, and one empty group per unit.

        Instead of padding, groups of random rows follow those of the units.
        """
        stream = stream_of(units, WIDTH, 0, garbage, special=False)
        rows = [stream.states[row, : size(unit, False)] for row, unit in enumerate(units)]
        sizes = [count for unit in units for count in (*UNITS[unit], 0)]
        owner = [row for row, unit in enumerate(units) for _ in (*UNITS[unit], 0)]
        noise = torch.Generator().manual_seed(garbage)
        rows.append(10 * torch.randn(2 * padding, WIDTH, generator=noise))
        sizes += [2] * padding
        owner += [-1] * padding
        group = torch.repeat_interleave(torch.tensor(sizes))
        return Groups(torch.cat(rows), group, len(sizes), torch.tensor(owner))

    def call(self, module: Any, batch: Groups) -> Tensor:
        """The pooled rows."""
        pooled: Tensor = module(batch.rows, batch.group, batch.num_groups)
        return pooled

    def view(self, result: Tensor, batch: Groups, row: int) -> View:
        """The rows of a unit's groups."""
        return {"rows": result[batch.unit == row]}

    def sources(self, batch: Groups) -> list[Tensor]:
        """The rows."""
        return [batch.rows]

    def test_one_row_a_group(self) -> None:
        """A row has the rows' width; empty groups give zeros; no group gives no row."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        result = self.call(module, batch)
        declared = "a group pooler gives one row of the rows' width per group"
        shape_is(result, (batch.num_groups, WIDTH), declared)
        empty = torch.bincount(batch.group, minlength=batch.num_groups) == 0
        assert not result[empty].any(), "an empty group must give zeros"
        assert result[~empty].any(1).all(), "a group with rows must not give zeros"
        nothing = replace(batch, rows=batch.rows[:0], group=batch.group[:0])
        for groups in (3, 0):
            none = self.call(module, replace(nothing, num_groups=groups))
            shape_is(none, (groups, WIDTH), "one row per group if there are no rows")
            assert not none.any(), "an empty group must give zeros"

    def test_order_within_a_group_does_not_matter(self) -> None:
        """Mentions of an entity are a set."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        order = torch.argsort(batch.group.flip(0), stable=True)
        turned = replace(batch, rows=batch.rows.flip(0)[order])
        assert not torch.equal(turned.rows, batch.rows), "the sample must have groups of several"
        same(
            {"rows": self.call(module, turned)},
            {"rows": self.call(module, batch)},
            "the order of the rows of a group changes its result",
        )
