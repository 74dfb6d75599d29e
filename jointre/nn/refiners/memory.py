"""Memory: prototypes of one task that rows are compared with."""

from collections.abc import Mapping, Sequence
from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import normalize

from jointre.errors import ConfigError
from jointre.nn.masking import Softmax

Task = Literal["entity", "relation"]
Similarity = Literal["bilinear", "dot", "cosine"]
SCALES: dict[Similarity, float] = {"bilinear": 1.0, "dot": 1.0, "cosine": 16.0}
EPSILON = 1e-8  # shortest length that a cosine divides by


class Memory(nn.Module):
    """Scores rows against the slots of a memory (memory §3.4, §3.13).

    The key of a slot is ``W m``, computed once per slot instead of once per row (memory §10.4).
    The score of a row is its product with the key. The attention, which is the softmax of these
    scores, is the output of ``softmax``.

    Args:
        task: Task whose prototypes are the slots.
        input_dim: Width of the rows.
        slot_dim: Width of the slots.
        similarity: ``"bilinear"`` maps the slots to the rows; ``"dot"`` and ``"cosine"``
            compare them as they are.
        scale: Factor of the scores; None: 1, or 16 for cosines.

    Shapes:
        rows ``"m d"``, slots ``"c w"`` → ``"m c"``.

    Raises:
        ConfigError: Rows and slots differ in width, and the similarity has no map.
    """

    def __init__(
        self, task: Task, input_dim: int, slot_dim: int, similarity: Similarity, scale: float | None
    ) -> None:
        super().__init__()
        if similarity != "bilinear" and slot_dim != input_dim:
            raise ConfigError(
                f"similarity={similarity!r} compares rows of width {input_dim} with the {task} "
                f"classifier's prototypes of width {slot_dim}; take similarity 'bilinear', or "
                f"prototypes of width {input_dim}"
            )
        self.cosine = similarity == "cosine"
        self.scale = SCALES[similarity] if scale is None else scale
        mapped = similarity == "bilinear"
        self.key = nn.Linear(slot_dim, input_dim, bias=False) if mapped else nn.Identity()
        self.softmax = Softmax()

    def forward(
        self, rows: Float[Tensor, "m d"], slots: Float[Tensor, "c w"]
    ) -> Float[Tensor, "m c"]:
        """The similarity of each row to each slot."""
        keys: Tensor = self.key(slots)
        if self.cosine:
            rows, keys = normalize(rows, eps=EPSILON), normalize(keys, eps=EPSILON)
        return self.scale * (rows @ keys.mT)


def memories_of(
    tasks: Sequence[Task],
    input_dim: int,
    prototype_dims: Mapping[str, int],
    similarity: Similarity,
    scale: float | None,
) -> nn.ModuleDict:
    """A memory for each task, in this order; a task named twice counts once."""
    return nn.ModuleDict(
        {
            task: Memory(task, input_dim, prototype_dims[task], similarity, scale)
            for task in dict.fromkeys(tasks)
        }
    )
