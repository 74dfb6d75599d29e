"""The interface of losses."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float, Shaped
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.nn.losses.label_scores import LabelScores


class Loss(Registrable, nn.Module, ABC, interface="loss"):
    """Loss: compares logits with targets, and turns logits into probabilities.

    Attributes:
        needs_cosines: Whether the logits must be cosines, such as those of the ``cosine``
            classifier.

    Shapes:
        logits ``"q c"``, targets ``"q"`` (one class each) or ``"q r"`` (multi-hot labels),
        weight ``"q"`` → a scalar: the weighted sum of the candidates' losses.
    """

    needs_cosines: ClassVar[bool] = False

    @abstractmethod
    def num_logits(self, labels: int) -> int:
        """Number of logits that the loss needs for a number of labels."""

    @abstractmethod
    def scores(self, logits: Float[Tensor, "q c"]) -> LabelScores:
        """Label probabilities of the candidates, which a decoder reads.

        Args:
            logits: What the classifier gives for each candidate.
        """

    @abstractmethod
    def forward(
        self,
        logits: Float[Tensor, "q c"],
        targets: Shaped[Tensor, "q ..."],
        weight: Float[Tensor, " q"],
    ) -> Float[Tensor, ""]:
        """Sum over candidates of weight × loss."""
