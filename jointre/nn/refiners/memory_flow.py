"""Memory flow: scales rows by the attention that they get from the classes."""

from collections.abc import Sequence
from typing import Annotated, Literal, final

import torch
from annotated_types import MinLen
from jaxtyping import Float, Int
from torch import Tensor

from jointre.config.bounds import Scale
from jointre.nn.refiners.memory import Memory, Similarity, Task, memories_of
from jointre.nn.refiners.refiner import Refiner
from jointre.nn.segment_ops import Padded


@final
@Refiner.register("memory_flow")
class MemoryFlow(Refiner):
    """Each slot of a memory attends over the rows of a unit, and the weights of a row scale it.

    The gain g of a row is the attention it gets from all slots of a memory, ``g = Σ_c a_c``;
    the gains of a unit sum to the number of slots. Rows and the k memories are fused:

    * ``"mean"`` x (1 + Σ g) / (1 + k), as published. Gains are small, so that rows shrink
      to about 1 / (1 + k) when a warm-up ends.
    * ``"residual"`` x (1 + Σ g)
    * ``"mean_unit"`` like ``"mean"``, with gains that are scaled to a mean of 1 over the unit.

    Paper: https://arxiv.org/abs/2307.11762

    Args:
        memories: Tasks whose prototypes attend.
        similarity: Similarity of rows and slots: ``"bilinear"`` has a map per memory; ``"dot"``
            and ``"cosine"`` need slots of the rows' width.
        scale: Factor of the scores; null: 1, or 16 for cosines (the released code has 1).
        fusion: How rows and gains are combined to new rows.
        memory_grad: Whether gradients of what reads the rows reach the prototypes.

    Shapes:
        rows ``"m d"`` → ``"m d"``. The attention (output of each memory's ``softmax``) is
        ``"u c l"``: u units, c slots, the longest unit's l rows.

    Raises:
        ConfigError: The similarity needs equal widths, and they differ.
    """

    def __init__(
        self,
        input_dim: int,
        prototype_dims: dict[str, int],
        memories: Annotated[Sequence[Task], MinLen(1)] = ("entity", "relation"),
        similarity: Similarity = "bilinear",
        scale: Scale | None = None,
        fusion: Literal["mean", "residual", "mean_unit"] = "mean",
        memory_grad: bool = True,
    ) -> None:
        super().__init__()
        self.memories = memories_of(memories, input_dim, prototype_dims, similarity, scale)
        self.fusion = fusion
        self.memory_grad = memory_grad

    def refine(
        self,
        rows: Float[Tensor, "m d"],
        segment: Int[Tensor, " m"],
        prototypes: dict[str, Float[Tensor, "_ _"]],
    ) -> Float[Tensor, "m d"]:
        """The scaled rows."""
        padded = Padded.of(segment)
        gains = []
        for task, memory in self.memories.items():
            slots = prototypes[task] if self.memory_grad else prototypes[task].detach()
            gain = _gain(memory, rows, slots, padded)  # type: ignore[arg-type]
            gains.append(gain * padded.size / len(slots) if self.fusion == "mean_unit" else gain)
        factor = 1 + torch.stack(gains).sum(0)
        if self.fusion != "residual":
            factor = factor / (1 + len(gains))
        return rows * factor[:, None]


def _gain(
    memory: Memory, rows: Float[Tensor, "m d"], slots: Float[Tensor, "c w"], padded: Padded
) -> Float[Tensor, " m"]:
    """The attention that each row gets from all slots."""
    scores = padded.spread(memory(rows, slots)).mT
    attention: Tensor = memory.softmax(scores, padded.real[:, None].expand_as(scores))
    return padded.collect(attention.mT).sum(1)
