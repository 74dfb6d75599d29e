"""Batches under a token budget, of units of like length or with the same encoder input."""

from collections.abc import Sequence
from dataclasses import dataclass


def budget_batches(
    lengths: Sequence[int], max_pieces: int, max_units: int, max_cells: int | None = None
) -> list[list[int]]:
    """Group indices so that units of similar length share a batch.

    Args:
        lengths: Number of pieces of each unit.
        max_pieces: Maximum number of padded pieces of a batch; a longer unit is a batch by itself.
        max_units: Maximum number of units of a batch.
        max_cells: Maximum number of padded pairs of pieces of a batch; None: no maximum.

    Returns:
        Batches of indices, longest first, so that the first batch needs the most memory.
    """
    batches: list[list[int]] = []
    longest = 0
    for index in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        count = len(batches[-1]) + 1 if batches else 0
        full = (
            count > max_units
            or count * longest > max_pieces
            or (max_cells is not None and count * longest**2 > max_cells)
        )
        if full or not batches:
            batches.append([])
            longest = lengths[index]
        batches[-1].append(index)
    return batches


@dataclass(frozen=True, slots=True)
class Rows:
    """Size of a unit that has several rows in a batch, such as the sentences of a document.

    Args:
        count: Number of rows.
        longest: Number of pieces of the longest row.
        read: Number of pieces that the encoder reads for them.
    """

    count: int
    longest: int
    read: int


def row_batches(sizes: Sequence[Rows], max_pieces: int, max_rows: int) -> list[list[int]]:
    """Group indices of units of several rows, which are never divided.

    Args:
        sizes: Sizes of the units.
        max_pieces: Maximum number of padded pieces of a batch, of the rows and of what the encoder
            reads; a larger unit is a batch by itself.
        max_rows: Maximum number of rows of a batch.

    Returns:
        Batches of indices, those with the longest rows first.
    """
    batches: list[list[int]] = []
    rows = longest = read = 0
    for index in sorted(range(len(sizes)), key=lambda i: (-sizes[i].longest, -sizes[i].count)):
        size = sizes[index]
        rows, longest, read = rows + size.count, max(longest, size.longest), read + size.read
        if not batches or rows > max_rows or max(rows * longest, read) > max_pieces:
            batches.append([])
            rows, longest, read = size.count, size.longest, size.read
        batches[-1].append(index)
    return batches


@dataclass(frozen=True, slots=True)
class Shared:
    """Units whose encoder input is shared, such as the sentences of a document.

    Args:
        units: Their indices, in the order of the document.
        pieces: Pieces that the encoder reads for them.
    """

    units: Sequence[int]
    pieces: int


def shared_batches(
    groups: Sequence[Shared],
    lengths: Sequence[int],
    max_pieces: int,
    max_units: int,
    max_cells: int | None = None,
) -> list[list[int]]:
    """Group indices so that units with the same encoder input share a batch where they can.

    A group beyond the limits is cut into consecutive parts, for each of which its input is encoded
    again.

    Args:
        groups: Units with their encoder input.
        lengths: pieces of each unit alone.
        max_pieces: most padded pieces of a batch, of the units and of what the encoder reads.
        max_units: most units of a batch.
        max_cells: most padded pairs of pieces of a batch, as for pieces; None: any number.

    Returns:
        Batches of indices, those with most encoder input first.
    """

    def fit(count: int, longest: int) -> bool:
        """Whether some units may share a batch."""
        pairs_fit = max_cells is None or count * longest**2 <= max_cells
        return count <= max_units and count * longest <= max_pieces and pairs_fit

    parts: list[Shared] = []
    for group in groups:
        units: list[int] = []
        for unit in group.units:
            if units and not fit(len(units) + 1, max(lengths[i] for i in (*units, unit))):
                parts.append(Shared(units, group.pieces))
                units = []
            units.append(unit)
        parts.append(Shared(units, group.pieces))
    parts.sort(key=lambda part: (-part.pieces, -max(lengths[i] for i in part.units)))
    batches: list[list[int]] = []
    largest = count = 0
    for part in parts:
        together = [*batches[-1], *part.units] if batches else list(part.units)
        count += 1
        enough = count * largest <= max_pieces
        if batches and enough and fit(len(together), max(lengths[i] for i in together)):
            batches[-1] = together
        else:
            batches.append(list(part.units))
            largest, count = part.pieces, 1
    return batches
