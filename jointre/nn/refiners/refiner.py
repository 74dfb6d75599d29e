"""The interface of refiners."""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Registrable


class Refiner(Registrable, nn.Module, ABC, interface="refiner"):
    """Memory module: changes token or span vectors by the prototypes of the classifiers.

    Owner gives: ``input_dim``, the rows' width, and ``prototype_dims``, the width of the
    prototypes of each task.

    While ``active`` is false, rows pass unchanged and no parameter gets a gradient. ``active`` is
    part of the state dict, so that an archive records whether the warm-up had ended.

    Shapes:
        rows ``"m d"``, segment ``"m"`` (the unit of each row, ascending), prototypes
        ``"c w"`` by task → ``"m d"``.
    """

    given: ClassVar[tuple[str, ...]] = ("input_dim", "prototype_dims")
    active: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("active", torch.tensor(True))

    def forward(
        self,
        rows: Float[Tensor, "m d"],
        segment: Int[Tensor, " m"],
        prototypes: dict[str, Float[Tensor, "_ _"]],
    ) -> Float[Tensor, "m d"]:
        """The refined rows, or the rows themselves while inactive; in the same precision."""
        if not bool(self.active):
            return rows
        return self.refine(rows, segment, prototypes).to(rows.dtype)

    @abstractmethod
    def refine(
        self,
        rows: Float[Tensor, "m d"],
        segment: Int[Tensor, " m"],
        prototypes: dict[str, Float[Tensor, "_ _"]],
    ) -> Float[Tensor, "m d"]:
        """The refined rows."""
