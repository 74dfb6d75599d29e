"""The interface of classifiers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.nn.split_linear import Block


class Classifier(Registrable, nn.Module, ABC, interface="classifier"):
    """Scores candidates, given as blocks of features.

    Owner gives: ``input_dim``, the columns of all blocks, ``state_dim``, the width of
    the task stream, and ``num_logits``.

    Attributes:
        gives_cosines: the logits are cosines, which the ``arcface`` loss needs.

    Shapes:
        blocks over q candidates → logits ``"q c"``.
    """

    given: ClassVar[tuple[str, ...]] = ("input_dim", "state_dim", "num_logits")
    gives_cosines: ClassVar[bool] = False

    @abstractmethod
    def forward(self, blocks: Sequence[Block]) -> Float[Tensor, "q c"]:
        """Logits of the candidates."""

    @property
    @abstractmethod
    def prototypes(self) -> Float[Tensor, "c m"]:
        """One vector a class: the rows of the last Linear, or of the memory."""
