"""Windows of shared stretches: every position is read where it is farthest from an edge."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.data.context import Stretch, View
from jointre.data.encoder_windows import WindowBatch, plan_windows, reading_windows
from tests.data.documents import TYPES_ARE_SAMPLED

FIRST, LAST = [101], [102]


def stretch(size: int, base: int = 1000) -> Stretch:
    return Stretch(np.arange(base, base + size))


def batch_of(views: list[View], sizes: list[int], room: int, stride: int = 2) -> WindowBatch:
    return WindowBatch(views, sizes, room, stride, FIRST, LAST)


def test_a_stretch_is_encoded_once() -> None:
    """Two sentences of a document of nine pieces, and one of another."""
    one, other = stretch(9), stretch(4, 2000)
    batch = batch_of([View(one, 0), View(other, 1), View(one, 5)], [5, 2, 4], room=20)
    ids, mask = batch.ids(0)
    assert ids.tolist() == [
        [101, *range(1000, 1009), 102],
        [101, *range(2000, 2004), 102, 0, 0, 0, 0, 0],
    ]
    assert mask.sum(1).tolist() == [11, 6]
    assert ids.flatten()[batch.index(7)].tolist() == [
        [101, *range(1000, 1005), 102],
        [101, 2001, 2002, 102, 101, 101, 101],
        [101, *range(1005, 1009), 102, 101],
    ]


def test_only_windows_that_are_read() -> None:
    """The last sentence of a long document needs the last two windows, not all thirteen."""
    long = stretch(100)
    assert plan_windows(100, 10, 2)[-2:] == [(88, 98), (96, 100)]
    batch = batch_of([View(long, 96)], [4], room=10)
    ids, _ = batch.ids(0)
    assert ids.tolist() == [
        [101, *range(1088, 1098), 102],
        [101, *range(1096, 1100), 102, *[0] * 6],
    ]
    assert ids.flatten()[batch.index(6)].tolist() == [[101, 1096, 1097, 1098, 1099, 102]]


def test_special_positions_are_those_of_the_first_and_the_last_window() -> None:
    long = stretch(30)
    batch = batch_of([View(long, 4)], [20], room=10)
    ids, _ = batch.ids(0)
    index = batch.index(22)[0]
    rows = index // ids.shape[1]
    assert rows[0] == rows[1]
    assert rows[-1] == rows[-2]
    assert (np.diff(rows) >= 0).all()


def test_a_unit_without_pieces_has_special_positions() -> None:
    batch = batch_of([View(stretch(30), 30)], [0], room=10)
    ids, _ = batch.ids(0)
    assert ids.flatten()[batch.index(2)].tolist() == [[101, 102]]


@TYPES_ARE_SAMPLED
@settings(max_examples=150, deadline=None)
@given(st.integers(1, 60), st.integers(2, 12), st.data())
def test_farthest_from_an_edge(size: int, room: int, data: st.DataObject) -> None:
    stride = data.draw(st.integers(0, room - 1))
    start = data.draw(st.integers(0, size - 1))
    count = data.draw(st.integers(1, size - start))
    plan = plan_windows(size, room, stride)
    for piece, window in zip(
        range(start, start + count), reading_windows(plan, start, count), strict=True
    ):
        distances = [min(piece - low, high - 1 - piece) for low, high in plan]
        assert distances[window] == max(distances) >= 0
        assert window == distances.index(max(distances))
    batch = batch_of([View(stretch(size), start)], [count], room, stride)
    ids, mask = batch.ids(0)
    index = batch.index(count + 2)[0]
    assert mask.flatten()[index].all()
    expected = [101, *range(1000 + start, 1000 + start + count), 102]
    assert ids.flatten()[index].tolist() == expected
