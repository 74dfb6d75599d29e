"""One label or none for each candidate."""

from typing import final

from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn import functional

from jointre.nn.losses.loss import Loss


@final
@Loss.register("softmax")
class SoftmaxLoss(Loss):
    """Cross-entropy over the labels and class 0, "none" (SINET §4.2).

    Paper: https://aclanthology.org/2024.lrec-main.1343
    """

    def __init__(self) -> None:
        super().__init__()

    def num_logits(self, labels: int) -> int:
        """One more than there are labels."""
        return labels + 1

    def probabilities(self, logits: Float[Tensor, "q c"]) -> Float[Tensor, "q c"]:
        """Softmax over the classes."""
        return logits.softmax(-1)

    def forward(
        self,
        logits: Float[Tensor, "q c"],
        targets: Shaped[Tensor, "q ..."],
        weight: Float[Tensor, " q"],
    ) -> Float[Tensor, ""]:
        """Sum over candidates of weight × cross-entropy."""
        return (functional.cross_entropy(logits, targets, reduction="none") * weight).sum()
