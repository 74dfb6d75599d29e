"""Element-wise maximum of the rows of a group."""

from typing import final

from jaxtyping import Float, Int
from torch import Tensor

from jointre.nn.group_poolers.group_pooler import GroupPooler
from jointre.nn.segment_ops import segment_max


@final
@GroupPooler.register("max")
class MaxGroupPooler(GroupPooler):
    """Element-wise maximum of the rows of a group (JEREX; memory §3.9).

    Paper: https://arxiv.org/abs/2102.05980
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(
        self, rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
    ) -> Float[Tensor, "g k"]:
        """One row a group."""
        return segment_max(rows, group, num_groups)
