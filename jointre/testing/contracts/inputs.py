"""Sample units for the suites: layouts, streams and spans, the same for a unit in any batch."""

from collections.abc import Sequence

import torch
from torch import Tensor

from jointre.nn.streams import Stream, Streams
from jointre.positions import Positions, Role, Spans

UNITS: tuple[tuple[int, ...], ...] = ((1, 2, 1), (1,), (2, 1, 1, 3, 1), (1, 1))  # pieces a word


def size(unit: int, special: bool = True) -> int:
    """Positions of a unit, with [CLS] and [SEP] or without."""
    return sum(UNITS[unit]) + 2 * special


def layout_of(units: Sequence[int], padding: int = 0, special: bool = True) -> Positions:
    """The layout of some of the sample units.

    Args:
        units: Numbers of the units.
        padding: Number of positions added to the longest unit.
        special: Whether to surround units with [CLS] and [SEP].
    """
    longest = max(size(unit, special) for unit in units) + padding
    roles = torch.zeros(len(units), longest, dtype=torch.long)
    words = torch.zeros(len(units), max(len(UNITS[unit]) for unit in units), 2, dtype=torch.long)
    for row, unit in enumerate(units):
        first = position = int(special)
        for number, pieces in enumerate(UNITS[unit]):
            words[row, number] = torch.tensor([position, position + pieces])
            position += pieces
        roles[row, first:position] = Role.WORD
        if special:
            roles[row, 0], roles[row, position] = Role.SUMMARY, Role.SPECIAL
    return Positions(roles, words)


def stream_of(
    units: Sequence[int],
    width: int,
    padding: int = 0,
    garbage: int = 0,
    salt: int = 0,
    special: bool = True,
) -> Stream:
    """Random states, which for a unit are the same in every batch.

    Args:
        units: Numbers that identify the units.
        width: Width of the states.
        padding: Number of positions added to the longest unit.
        garbage: Random seed of the padded states.
        salt: Random seed of the units' states.
        special: Whether to surround units with [CLS] and [SEP].
    """
    positions = layout_of(units, padding, special)
    states = torch.empty(*positions.roles.shape, width)
    for row, unit in enumerate(units):
        noise = torch.Generator().manual_seed(1000 * garbage + unit + 500)
        states[row] = 10 * torch.randn(states.shape[1:], generator=noise)
        generator = torch.Generator().manual_seed(1000 * salt + unit + 1)
        length = size(unit, special)
        states[row, :length] = torch.randn(length, width, generator=generator)
    return Stream.of(states, positions)


def streams_of(
    units: Sequence[int],
    shared: int,
    task: int,
    padding: int = 0,
    garbage: int = 0,
    special: bool = True,
) -> Streams:
    """Three streams with different states, without a pair map.

    Args:
        units: numbers of units.
        shared: width of the shared stream.
        task: width of the task streams.
        padding: positions added to the longest unit.
        garbage: seed of the padded states.
        special: surround units with [CLS] and [SEP].
    """
    return Streams.without_pairs(
        stream_of(units, shared, padding, garbage, 0, special),
        stream_of(units, task, padding, garbage + 1, 1, special),
        stream_of(units, task, padding, garbage + 2, 2, special),
    )


def spans_of(units: Sequence[int]) -> Spans:
    """All spans of the units, whatever their width."""
    rows: list[tuple[int, int, int]] = []
    for row, unit in enumerate(units):
        words = len(UNITS[unit])
        rows += [(row, start, end) for start in range(words) for end in range(start + 1, words + 1)]
    table: Tensor = torch.tensor(rows, dtype=torch.long).reshape(-1, 3)
    return Spans(table[:, 0], table[:, 1], table[:, 2])
