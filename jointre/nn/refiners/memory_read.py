"""Memory read: combines rows with the memory slots that they attend to."""

from collections.abc import Sequence
from typing import Annotated, final

import torch
from annotated_types import MinLen
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config.bounds import Scale
from jointre.nn.refiners.memory import Memory, Similarity, Task, memories_of
from jointre.nn.refiners.refiner import Refiner
from jointre.nn.segment_ops import Padded


@final
@Refiner.register("memory_read")
class MemoryRead(Refiner):
    """Each row attends over the slots of each memory and is fused with what it reads.

    The fused row is ``G [x; Σ_c a_c m_c; …]`` (memory §3.4).
    G has columns for the row and for what it reads from each memory. The slots are mapped
    by their columns before they are summed: once per slot, not once per row (memory §10.4).

    Paper: https://arxiv.org/abs/2307.11762

    Args:
        memories: Tasks whose prototypes are read.
        similarity: Similarity of rows and slots: ``"bilinear"`` has a map per memory; ``"dot"``
            and ``"cosine"`` need slots of the rows' width.
        scale: Factor of the scores; null: 1, or 16 for cosines.
        memory_grad: Whether gradients of what reads the rows reach the prototypes.

    Shapes:
        rows ``"m d"`` → ``"m d"``. The attention (output of each memory's ``softmax``) is
        ``"u l c"``: u units, the longest unit's l rows, c slots; padded rows are 0.

    Raises:
        ConfigError: The similarity needs equal widths, and they differ.

    Differences:
        The released code fails with one memory and with cosines.
    """

    def __init__(
        self,
        input_dim: int,
        prototype_dims: dict[str, int],
        memories: Annotated[Sequence[Task], MinLen(1)] = ("entity", "relation"),
        similarity: Similarity = "bilinear",
        scale: Scale | None = None,
        memory_grad: bool = True,
    ) -> None:
        super().__init__()
        self.memories = memories_of(memories, input_dim, prototype_dims, similarity, scale)
        self.memory_grad = memory_grad
        self.widths = [prototype_dims[task] for task in self.memories]
        self.mix = nn.Linear(input_dim + sum(self.widths), input_dim)

    def refine(
        self,
        rows: Float[Tensor, "m d"],
        segment: Int[Tensor, " m"],
        prototypes: dict[str, Float[Tensor, "_ _"]],
    ) -> Float[Tensor, "m d"]:
        """The rows mixed with what they read."""
        padded = Padded.of(segment)
        row_weight, *slot_weights = torch.split(self.mix.weight, [rows.shape[1], *self.widths], 1)
        mixed = nn.functional.linear(rows, row_weight, self.mix.bias)
        for (task, memory), slot_weight in zip(self.memories.items(), slot_weights, strict=True):
            slots = prototypes[task] if self.memory_grad else prototypes[task].detach()
            attention = _attention(memory, rows, slots, padded)  # type: ignore[arg-type]
            mixed = mixed + attention @ nn.functional.linear(slots, slot_weight)
        return mixed


def _attention(
    memory: Memory, rows: Float[Tensor, "m d"], slots: Float[Tensor, "c w"], padded: Padded
) -> Float[Tensor, "m c"]:
    """The attention of each row over the slots."""
    scores = padded.spread(memory(rows, slots))
    attention: Tensor = memory.softmax(scores, padded.real[..., None].expand_as(scores))
    return padded.collect(attention)
