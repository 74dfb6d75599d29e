"""Entity poolers: one vector per entity from the vectors of its mentions."""

from abc import ABC, abstractmethod
from typing import final

from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.nn.segment_ops import segment_max, segment_mean, segment_sum


class EntityPooler(Registrable, nn.Module, ABC, interface="entity_pooler"):
    """Entity pooler: one vector per entity from the vectors of its mentions.

    Shapes:
        rows ``"m k"``, group ``"m"`` (ascending) → ``"g k"``; an empty group gives zeros.
    """

    @abstractmethod
    def forward(
        self, rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
    ) -> Float[Tensor, "g k"]:
        """One row per group."""


@final
@EntityPooler.register("max")
class MaxEntityPooler(EntityPooler):
    """Element-wise maximum of the rows of a group (JEREX; memory §3.9).

    Paper: https://arxiv.org/abs/2102.05980
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(
        self, rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
    ) -> Float[Tensor, "g k"]:
        """One row per group."""
        return segment_max(rows, group, num_groups)


@final
@EntityPooler.register("mean")
class MeanEntityPooler(EntityPooler):
    """Mean of the rows of a group (instead of JEREX's maximum).

    Paper: https://arxiv.org/abs/2102.05980
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(
        self, rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
    ) -> Float[Tensor, "g k"]:
        """One row per group."""
        return segment_mean(rows, group, num_groups)


@final
@EntityPooler.register("sum")
class SumEntityPooler(EntityPooler):
    """Sum of the rows of a group (instead of JEREX's maximum).

    Paper: https://arxiv.org/abs/2102.05980
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(
        self, rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
    ) -> Float[Tensor, "g k"]:
        """One row per group."""
        return segment_sum(rows, group, num_groups)
