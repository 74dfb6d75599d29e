"""Loss for candidates with one label or none."""

from typing import final

from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn import functional

from jointre.nn.losses.loss import Loss
from jointre.nn.losses.single_label import SingleLabelLoss


@final
@Loss.register("softmax")
class SoftmaxLoss(SingleLabelLoss):
    """Cross-entropy over the labels and class 0, "none" (SINET §4.2).

    If a candidate has several labels, only the first is learnt; at most one is predicted.

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        none_class: Whether a candidate can have no label; false if every candidate has one, such as
            the entities of documents.
    """

    def __init__(self, none_class: bool = True) -> None:
        super().__init__(none_class)

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
        losses = functional.cross_entropy(logits, self.classes(targets), reduction="none")
        return (losses * weight).sum()
