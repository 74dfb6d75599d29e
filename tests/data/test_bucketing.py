"""Batches under a budget: a partition, in order, never too big."""

import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from jointre.data.bucketing import Rows, Shared, budget_batches, row_batches, shared_batches

LENGTHS = st.lists(st.integers(1, 40), max_size=30)


@given(LENGTHS, st.integers(1, 120), st.integers(1, 8))
def test_partition_within_the_budget(lengths: list[int], pieces: int, units: int) -> None:
    batches = budget_batches(lengths, pieces, units)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert 1 <= len(batch) <= units
        padded = len(batch) * max(lengths[index] for index in batch)
        assert padded <= pieces or len(batch) == 1


@given(LENGTHS, st.integers(1, 120), st.integers(1, 8))
def test_longest_first(lengths: list[int], pieces: int, units: int) -> None:
    order = [index for batch in budget_batches(lengths, pieces, units) for index in batch]
    assert [lengths[index] for index in order] == sorted(lengths, reverse=True)


@given(LENGTHS, st.integers(1, 120), st.integers(1, 8))
def test_no_batch_could_take_the_next_unit(lengths: list[int], pieces: int, units: int) -> None:
    batches = budget_batches(lengths, pieces, units)
    for batch, _ in itertools.pairwise(batches):
        full = len(batch) == units
        assert full or (len(batch) + 1) * lengths[batch[0]] > pieces


def padded_cells(lengths: Sequence[int], batch: Sequence[int]) -> int:
    return len(batch) * max(lengths[index] for index in batch) ** 2


@given(LENGTHS, st.integers(1, 120), st.integers(1, 8), st.integers(1, 2000))
def test_cells_are_a_budget_too(lengths: list[int], pieces: int, units: int, cells: int) -> None:
    batches = budget_batches(lengths, pieces, units, max_cells=cells)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert 1 <= len(batch) <= units
        assert len(batch) * max(lengths[index] for index in batch) <= pieces or len(batch) == 1
        assert padded_cells(lengths, batch) <= cells or len(batch) == 1
    for batch, after in itertools.pairwise(batches):
        more = [*batch, after[0]]
        assert (
            len(more) > units
            or len(more) * lengths[batch[0]] > pieces
            or padded_cells(lengths, more) > cells
        )


@given(LENGTHS, st.integers(1, 120), st.integers(1, 8))
def test_room_for_all_cells_changes_nothing(lengths: list[int], pieces: int, units: int) -> None:
    everything = len(lengths) * 40**2
    assert budget_batches(lengths, pieces, units, everything) == budget_batches(
        lengths, pieces, units
    )


def test_cells_by_hand() -> None:
    """One unit of 9 has 81 cells; two units padded to 3 have 18; a third would make 27."""
    lengths = [3, 9, 3, 2, 2]
    assert budget_batches(lengths, 100, 9, max_cells=20) == [[1], [0, 2], [3, 4]]
    assert budget_batches(lengths, 100, 9, max_cells=27) == [[1], [0, 2, 3], [4]]
    assert budget_batches(lengths, 100, 9, max_cells=1) == [[1], [0], [2], [3], [4]]


def test_by_hand() -> None:
    assert budget_batches([3, 9, 3, 50, 2], max_pieces=20, max_units=2) == [[3], [1, 0], [2, 4]]
    assert budget_batches([], 10, 10) == []


def test_equal_lengths_keep_their_order() -> None:
    assert budget_batches([5, 5, 5], 10, 9) == [[0, 1], [2]]


def test_units_of_a_group_come_together() -> None:
    groups = [Shared([0, 1], 10), Shared([2], 30), Shared([3, 4, 5], 20)]
    lengths = [5, 5, 30, 6, 7, 7]
    assert shared_batches(groups, lengths, 30, 64) == [[2], [3, 4, 5], [0, 1]]
    assert shared_batches(groups, lengths, 200, 64) == [[2, 3, 4, 5, 0, 1]]
    assert shared_batches(groups, lengths, 200, 5) == [[2, 3, 4, 5], [0, 1]]


def test_a_group_beyond_the_limits_is_cut() -> None:
    group = [Shared([0, 1, 2, 3, 4], 1000)]
    assert shared_batches(group, [4] * 5, 8, 64) == [[0, 1], [2, 3], [4]]
    assert shared_batches(group, [4] * 5, 100, 2) == [[0, 1], [2, 3], [4]]
    assert shared_batches(group, [4] * 5, 10_000, 64, max_cells=48) == [[0, 1, 2], [3, 4]]
    assert shared_batches(group, [400] * 5, 8, 64) == [[0], [1], [2], [3], [4]]
    assert shared_batches([], [], 8, 64) == []


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=6), max_size=8), st.data())
def test_every_unit_once_and_within_the_limits(sizes: list[list[int]], data: st.DataObject) -> None:
    lengths = [length for group in sizes for length in group]
    numbers = iter(range(len(lengths)))
    groups = [Shared([next(numbers) for _ in group], sum(group)) for group in sizes]
    pieces, units, cells = (data.draw(st.integers(1, most)) for most in (60, 8, 300))
    batches = shared_batches(groups, lengths, pieces, units, cells)
    assert sorted(unit for batch in batches for unit in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[unit] for unit in batch)
        assert len(batch) <= units
        assert len(batch) == 1 or len(batch) * longest <= pieces
        assert len(batch) == 1 or len(batch) * longest**2 <= cells


ROWS = st.lists(st.builds(Rows, st.integers(1, 6), st.integers(1, 20), st.integers(1, 60)))


@given(ROWS, st.integers(1, 120), st.integers(1, 12))
def test_rows_are_not_divided(sizes: list[Rows], pieces: int, rows: int) -> None:
    batches = row_batches(sizes, pieces, rows)
    assert sorted(index for batch in batches for index in batch) == list(range(len(sizes)))
    for batch in batches:
        count = sum(sizes[index].count for index in batch)
        padded = count * max(sizes[index].longest for index in batch)
        read = sum(sizes[index].read for index in batch)
        assert len(batch) == 1 or (count <= rows and max(padded, read) <= pieces)


def test_rows_by_hand() -> None:
    """Those with the longest rows first; a unit that is too large is a batch by itself."""
    sizes = [Rows(2, 5, 10), Rows(1, 30, 30), Rows(2, 5, 10), Rows(1, 4, 4)]
    assert row_batches(sizes, 22, 8) == [[1], [0, 2], [3]]
    assert row_batches(sizes, 100, 2) == [[1], [0], [2], [3]]
