"""Entity poolers: one vector per entity from the vectors of its mentions."""

from abc import ABC, abstractmethod
from typing import final

from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.nn.segment_ops import segment_logsumexp, segment_max, segment_mean, segment_sum


class EntityPooler(Registrable, nn.Module, ABC, interface="entity_pooler"):
    """Entity pooler: one vector per entity from the vectors of its mentions.

    Shapes:
        rows ``"m k"``, group ``"m"`` (ascending) → ``"g k"``; an empty group gives zeros.
    """

    def __init__(self) -> None:
        super().__init__()

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

    def forward(
        self, rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
    ) -> Float[Tensor, "g k"]:
        """One row per group."""
        return segment_sum(rows, group, num_groups)


@final
@EntityPooler.register("logsumexp")
class LogSumExpEntityPooler(EntityPooler):
    """Logarithm of the sum of the exponentials of a group's rows (ATLOP eq. 2).

    A smooth maximum: every mention of an entity has a part in each feature, the larger ones more.

    Paper: https://arxiv.org/abs/2010.11304
    """

    def forward(
        self, rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
    ) -> Float[Tensor, "g k"]:
        """One row per group."""
        return segment_logsumexp(rows, group, num_groups)
