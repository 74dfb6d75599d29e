"""Encoder windows: overlapping intervals of pieces, and where each position of a unit is read."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jointre.data.context import View

Window = tuple[int, int]
"""Half-open interval of a stretch's pieces."""


def plan_windows(count: int, room: int, stride: int) -> list[Window]:
    """Intervals of a stretch of pieces, each of at most ``room``, overlapping by ``stride``.

    Args:
        count: Number of pieces.
        room: Maximum number of pieces in a window, without special ones.
        stride: Pieces that neighbouring windows share.
    """
    if count <= room:
        return [(0, count)]
    starts = range(0, count - stride, room - stride)
    return [(start, min(start + room, count)) for start in starts]


class WindowBatch:
    """The windows in which the stretches of a batch are encoded.

    A stretch is encoded once, whichever of its units are in the batch, and only in the windows
    from which a unit reads a position.

    Args:
        views: Views of the units.
        sizes: Number of pieces of each unit, without special ones.
        room: Maximum number of pieces in a window, without special ones.
        stride: Pieces that neighbouring windows share.
        first, last: Special pieces before and after a window.
    """

    def __init__(
        self,
        views: Sequence[View],
        sizes: Sequence[int],
        room: int,
        stride: int,
        first: Sequence[int],
        last: Sequence[int],
    ) -> None:
        self.first, self.last = list(first), list(last)
        stretches = {id(view.stretch): view.stretch for view in views}
        numbers = {key: number for number, key in enumerate(stretches)}
        self._stretches = list(stretches.values())
        self._plans = [plan_windows(len(s.ids), room, stride) for s in self._stretches]
        self._owners = [numbers[id(view.stretch)] for view in views]
        self._reads = [
            reading_windows(self._plans[owner], view.start, size)
            for owner, view, size in zip(self._owners, views, sizes, strict=True)
        ]
        self._starts = [view.start for view in views]
        self._sizes = list(sizes)
        read = {
            (owner, int(window))
            for owner, windows in zip(self._owners, self._reads, strict=True)
            for window in np.unique(windows)
        }
        self._lines = sorted(read)
        self._rows = {line: row for row, line in enumerate(self._lines)}
        longest = max(self._end(line) - self._begin(line) for line in self._lines)
        self.width = len(self.first) + len(self.last) + longest

    def ids(self, padding: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The piece ids of the windows, and where they are.

        Args:
            padding: Piece id of the padding.
        """
        ids = np.full((len(self._lines), self.width), padding, np.int64)
        mask = np.zeros(ids.shape, bool)
        for row, line in enumerate(self._lines):
            inside = self._stretches[line[0]].ids[self._begin(line) : self._end(line)]
            pieces = np.concatenate([self.first, inside, self.last])
            ids[row, : len(pieces)] = pieces
            mask[row, : len(pieces)] = True
        return ids, mask

    def index(self, longest: int) -> NDArray[np.int64]:
        """Flat index into the windows for each position of each unit; 0 where there is padding.

        Special positions are those of the windows that hold the unit's first and last piece.

        Args:
            longest: Number of positions of the longest unit, special ones included.
        """
        edge, end = len(self.first), len(self.last)
        index = np.zeros((len(self._owners), longest), np.int64)
        for unit, (owner, windows) in enumerate(zip(self._owners, self._reads, strict=True)):
            plan = np.array(self._plans[owner])
            rows = np.array([self._rows[owner, int(window)] for window in windows])
            size, start = self._sizes[unit], self._starts[unit]
            begins = rows * self.width + edge - plan[windows, 0]
            closing = begins[-1] + plan[windows[-1], 1]
            index[unit, :edge] = rows[0] * self.width
            index[unit, edge : edge + size] = begins[:size] + np.arange(start, start + size)
            index[unit, edge + size : edge + size + end] = closing
        return index

    def _begin(self, line: tuple[int, int]) -> int:
        return self._plans[line[0]][line[1]][0]

    def _end(self, line: tuple[int, int]) -> int:
        return self._plans[line[0]][line[1]][1]


def reading_windows(plan: Sequence[Window], start: int, size: int) -> NDArray[np.int64]:
    """The window in which each piece of a unit is farthest from an edge.

    Args:
        plan: Windows of the stretch.
        start: First piece of the unit.
        size: Number of its pieces; for a unit without any, the window at its place is given.
    """
    bounds = np.array(plan)
    position = np.arange(start, start + max(1, size))
    low = int(np.searchsorted(bounds[:, 1], position[0], side="right"))
    high = int(np.searchsorted(bounds[:, 0], position[-1], side="right"))
    low = min(low, len(plan) - 1)
    near = bounds[low : max(high, low + 1)]
    distance = np.minimum(position - near[:, :1], near[:, 1:] - 1 - position)
    farthest: NDArray[np.int64] = low + distance.argmax(0)
    return farthest
