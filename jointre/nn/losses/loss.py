"""The interface of losses."""

from abc import ABC, abstractmethod

from jaxtyping import Float, Shaped
from torch import Tensor, nn

from jointre.config import Registrable


class Loss(Registrable, nn.Module, ABC, interface="loss"):
    """Compares logits with targets, and turns logits into probabilities.

    Shapes:
        logits ``"q c"``, targets ``"q"`` (one class each) or ``"q r"`` (multi-hot),
        weight ``"q"`` → a scalar: the weighted sum of the candidates' losses.
    """

    @abstractmethod
    def num_logits(self, labels: int) -> int:
        """Logits that the loss needs for so many labels."""

    @abstractmethod
    def probabilities(self, logits: Float[Tensor, "q c"]) -> Float[Tensor, "q c"]:
        """Probabilities of the classes."""

    @abstractmethod
    def forward(
        self,
        logits: Float[Tensor, "q c"],
        targets: Shaped[Tensor, "q ..."],
        weight: Float[Tensor, " q"],
    ) -> Float[Tensor, ""]:
        """Sum over candidates of weight × loss."""
