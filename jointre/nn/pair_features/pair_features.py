"""The interface of features of pairs of positions."""

from abc import ABC, abstractmethod

from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Registrable


class PairFeatures(Registrable, nn.Module, ABC, interface="pair_features"):
    """Features of pairs of positions, as a few rows that many pairs share.

    They depend on the positions alone, so that one table serves all units of a batch, and
    a Linear over them is applied to the rows, not to the pairs.

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
        """The row of each pair of so many positions."""
