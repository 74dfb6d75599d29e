"""Batches under a budget: a partition, in order, never too big."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from jointre.data.bucketing import budget_batches

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


def test_by_hand() -> None:
    assert budget_batches([3, 9, 3, 50, 2], max_pieces=20, max_units=2) == [[3], [1, 0], [2, 4]]
    assert budget_batches([], 10, 10) == []


def test_equal_lengths_keep_their_order() -> None:
    assert budget_batches([5, 5, 5], 10, 9) == [[0, 1], [2]]
