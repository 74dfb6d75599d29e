"""The interface of losses."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Bool, Float, Shaped
from torch import Tensor, nn

from jointre.config import Registrable


class Loss(Registrable, nn.Module, ABC, interface="loss"):
    """Loss: compares logits with targets, and turns logits into probabilities.

    Attributes:
        needs_cosines: the logits must be cosines, as the ``cosine`` classifier's.

    Shapes:
        logits ``"q c"``, targets ``"q"`` (one class each) or ``"q r"`` (multi-hot labels),
        weight ``"q"`` → a scalar: the weighted sum of the candidates' losses.
    """

    needs_cosines: ClassVar[bool] = False

    @abstractmethod
    def num_logits(self, labels: int) -> int:
        """Logits that the loss needs for so many labels."""

    @abstractmethod
    def probabilities(self, logits: Float[Tensor, "q c"]) -> Float[Tensor, "q c"]:
        """Probabilities of the classes."""

    @abstractmethod
    def label_probabilities(self, probabilities: Float[Tensor, "q c"]) -> Float[Tensor, "q r"]:
        """Probabilities of the labels: of the classes without "none"."""

    @abstractmethod
    def assigned(
        self, probabilities: Float[Tensor, "q c"], threshold: float
    ) -> Bool[Tensor, "q r"]:
        """Which labels a candidate gets.

        Args:
            probabilities: of the classes.
            threshold: a label's least probability; without effect where the most probable
                class is the candidate's only one.
        """

    @abstractmethod
    def forward(
        self,
        logits: Float[Tensor, "q c"],
        targets: Shaped[Tensor, "q ..."],
        weight: Float[Tensor, " q"],
    ) -> Float[Tensor, ""]:
        """Sum over candidates of weight × loss."""
