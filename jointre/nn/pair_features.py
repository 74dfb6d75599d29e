"""Features of pairs of positions: the initial values of a pair map."""

from abc import ABC, abstractmethod
from typing import final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.config.bounds import Width


class PairFeatures(Registrable, nn.Module, ABC, interface="pair_features"):
    """Pair features: vectors of pairs of positions, as a few rows that many pairs share.

    They depend only on the positions, so that all units of a batch share one table, and a
    Linear over them is applied to the rows, not to the pairs.

    Shapes:
        ``values`` ``"v p"``, p being ``output_dim``; ``index(t)`` ``"t t"`` into its rows.
    """

    output_dim: int

    @property
    @abstractmethod
    def values(self) -> Float[Tensor, "v p"]:
        """The rows."""

    @abstractmethod
    def index(self, positions: int) -> Int[Tensor, "t t"]:
        """The row of each pair of positions, for this number of positions."""


LAST_BUCKET = 9  # bucket of distances of 256 and more
ROWS = 2 * LAST_BUCKET + 2


@final
@PairFeatures.register("distance")
class DistanceFeatures(PairFeatures):
    """An embedding of the signed distance row − column in doubling buckets (CARE §3).

    Row 0 belongs to padding and is never read. Then follow the buckets 1, 2-3, 4-7, …, 256 and
    more of positive distances, the same buckets of negative distances, and last distance 0.

    Paper: https://arxiv.org/abs/2308.12531

    Args:
        dim: Size of the embedding.

    Shapes:
        values ``"20 p"``, index ``"t t"``.
    """

    def __init__(self, dim: Width = 20) -> None:
        super().__init__()
        self.output_dim = dim
        # Not an Embedding, because the model would draw its values with a smaller deviation.
        self.table = nn.Parameter(torch.randn(ROWS, dim))

    @property
    def values(self) -> Float[Tensor, "20 p"]:
        """One row per bucket."""
        return self.table

    def index(self, positions: int) -> Int[Tensor, "t t"]:
        """The bucket of each pair."""
        position = torch.arange(positions, device=self.table.device)
        return buckets(position[:, None] - position)


def buckets(distance: Int[Tensor, "*q"]) -> Int[Tensor, "*q"]:
    """The table's row of signed distances."""
    size = distance.abs()
    doubling = size.float().frexp().exponent.clamp(max=LAST_BUCKET).long()  # exactly 1 + ⌊log2⌋
    signed = torch.where(distance > 0, doubling, doubling + LAST_BUCKET)
    return signed.masked_fill(distance == 0, ROWS - 1)
