"""The interface of poolers over groups of rows."""

from abc import ABC, abstractmethod

from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Registrable


class GroupPooler(Registrable, nn.Module, ABC, interface="entity_pooler"):
    """Entity pooler: one vector per entity from the vectors of its mentions.

    Shapes:
        rows ``"m k"``, group ``"m"`` (ascending) → ``"g k"``; an empty group gives zeros.
    """

    @abstractmethod
    def forward(
        self, rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
    ) -> Float[Tensor, "g k"]:
        """One row a group."""
