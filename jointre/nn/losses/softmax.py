"""Loss for candidates with one label or none."""

from typing import final

import torch
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn import functional

from jointre.config.bounds import Weight
from jointre.errors import ConfigError
from jointre.nn.losses.focal import FocalGamma, focal_factor
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
        none_weight: Weight of the loss of candidates without a label, as compared with those that
            have one; below 1 for more recall.
        focal_gamma: Exponent γ of the focal factor (1 − p)^γ (https://arxiv.org/abs/1708.02002),
            where p is the probability of the right class; 0: no such factor.
    """

    def __init__(
        self, none_class: bool = True, none_weight: Weight = 1.0, focal_gamma: FocalGamma = 0.0
    ) -> None:
        super().__init__(none_class)
        if none_weight != 1 and not none_class:
            raise ConfigError(
                f'none_weight={none_weight} needs the class "none", which none_class=false leaves '
                "out: take none_weight 1"
            )
        self.none_weight = none_weight
        self.focal_gamma = focal_gamma

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
        classes = self.classes(targets)
        losses = functional.cross_entropy(logits, classes, reduction="none")
        losses = losses * focal_factor(losses, self.focal_gamma)
        if self.none_weight != 1:
            losses = torch.where(classes == 0, self.none_weight * losses, losses)
        return (losses * weight).sum()
