"""Select rows by index, with a gradient whose bits do not depend on the threads."""

from jaxtyping import Int, Shaped
from torch import Tensor


def take(values: Shaped[Tensor, "..."], *index: Int[Tensor, "..."]) -> Shaped[Tensor, "..."]:
    """Equal to ``values[index]``; rows that are selected repeatedly add up in a fixed order.

    On a CPU, the gradient of ``values[index]`` adds up the copies of a row atomically, on all
    threads at once: the order of the additions, and so the last bits of the sum, differ from
    run to run. That of ``index_select`` is reproducible, and cheaper.

    Args:
        values: Any tensor, with at least as many axes as there are indices.
        index: Indices into the leading axes of ``values``, all of one shape, none negative.

    Returns:
        A tensor of the shape of one index, followed by the axes without an index.
    """
    row = index[0]
    for size, number in zip(values.shape[1:], index[1:], strict=False):
        row = row * size + number
    flat = values.flatten(0, len(index) - 1)
    return flat.index_select(0, row.flatten()).view(*row.shape, *flat.shape[1:])
