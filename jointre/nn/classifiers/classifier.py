"""The interface of classifiers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.nn.split_linear import FeatureBlock


class Classifier(Registrable, nn.Module, ABC, interface="classifier"):
    """Classifier: scores spans, cells or pairs, given as blocks of features.

    Owner gives: ``input_dim``, the columns of all blocks, ``state_dim``, the width of
    the task stream, and ``num_logits``.

    Attributes:
        gives_cosines: Whether the logits are cosines, which the ``arcface`` loss needs.

    Shapes:
        blocks over q candidates → logits ``"q c"``.
    """

    given: ClassVar[tuple[str, ...]] = ("input_dim", "state_dim", "num_logits")
    gives_cosines: ClassVar[bool] = False

    @property
    def class_rows(self) -> tuple[str, ...]:
        """Names of the parameters with one row per class, which a warm start matches by label.

        By default the parameter that holds the prototypes and the bias beside it.
        """
        parameters = dict(self.named_parameters())
        prototypes = self.prototypes
        weights = [name for name, value in parameters.items() if value is prototypes]
        biases = [f"{name.removesuffix('weight')}bias" for name in weights]
        return (*weights, *(name for name in biases if name in parameters))

    @abstractmethod
    def forward(self, blocks: Sequence[FeatureBlock]) -> Float[Tensor, "q c"]:
        """Logits of the candidates."""

    @property
    @abstractmethod
    def prototypes(self) -> Float[Tensor, "c m"]:
        """One vector per class: the rows of the last Linear, or of the memory."""
