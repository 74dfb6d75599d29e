"""Length-sorted batches under a token budget."""

from collections.abc import Sequence


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
