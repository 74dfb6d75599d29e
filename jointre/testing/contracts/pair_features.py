"""The suite of pair features: rows of a table that pairs of positions share."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from jointre.nn.pair_features import PairFeatures
from jointre.nn.take import take
from jointre.positions import Positions, Role
from jointre.testing.contracts.contract import ModuleContract, View
from jointre.testing.contracts.inputs import UNITS, layout_of
from jointre.testing.contracts.streams import shape_is

SIZES = (0, 1, 2, 3, 9, 40)


class PairFeaturesContract(ModuleContract):
    """The suite of :class:`~jointre.nn.pair_features.PairFeatures`."""

    interface = PairFeatures

    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> Positions:
        """The layout: features know how many positions there are, nothing else."""
        return layout_of(units, padding)

    def large_batch(self) -> Positions:
        """A unit of many positions; the number of units does not matter."""
        return self.batch([0], padding=200)

    def call(self, module: Any, batch: Positions) -> Tensor:
        """The features of all pairs of the longest unit's positions."""
        cells: Tensor = take(module.values, module.index(batch.roles.shape[1]))
        return cells

    def view(self, result: Tensor, batch: Positions, row: int) -> View:
        """The features of a unit's pairs."""
        length = int((batch.roles[row] != Role.PAD).sum())
        return {"cells": result[:length, :length]}

    def test_declared_width(self) -> None:
        """Rows have ``output_dim`` columns, at least one."""
        module = self.build()
        assert module.output_dim > 0, "pair features must have a width; null stands for none"
        rows = len(module.values)
        shape_is(module.values, (rows, module.output_dim), "values must have output_dim columns")

    def test_one_row_a_pair(self) -> None:
        """The index has one entry per pair, which is a row of the values."""
        module = self.build()
        for size in SIZES:
            index = module.index(size)
            shape_is(index, (size, size), "the index must have one entry per pair of positions")
            inside = bool(((index >= 0) & (index < len(module.values))).all())
            assert inside, (
                f"the index of {size} positions points outside the {len(module.values)} rows"
            )

    def test_more_positions_change_no_pair(self) -> None:
        """The pairs of fewer positions are the top left part of those of more."""
        module = self.build()
        whole = module.index(SIZES[-1])
        for size in SIZES:
            same = bool((module.index(size) == whole[:size, :size]).all())
            assert same, f"a pair among {size} positions has another row among {SIZES[-1]}"

    def test_pairs_differ(self) -> None:
        """Features that are the same for all pairs say nothing."""
        size = max(sum(unit) for unit in UNITS)
        rows = self.build().index(size).unique()
        assert len(rows) > 1, f"all pairs of {size} positions have the same row"
