"""Loss for candidates with any number of labels."""

from typing import Literal, final

from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn import functional

from jointre.config.bounds import Weight
from jointre.nn.losses.focal import FocalGamma, focal_factor
from jointre.nn.losses.label_scores import LabelScores
from jointre.nn.losses.loss import Loss


@final
@Loss.register("binary")
class BinaryLoss(Loss):
    """Binary cross-entropy for each label (SINET §4.2, CARE §3).

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        over_labels: Whether the loss of a candidate is the mean (SINET) or the sum (CARE, JEREX)
            over the labels.
        positive_weight: Weight of the loss of a label that a candidate has, as compared with the
            loss of a label that it does not have; above 1 for more recall.
        focal_gamma: Exponent γ of the focal factor (1 − p)^γ (https://arxiv.org/abs/1708.02002),
            where p is the probability of the right answer; 0: no such factor.
    """

    def __init__(
        self,
        over_labels: Literal["mean", "sum"] = "mean",
        positive_weight: Weight = 1.0,
        focal_gamma: FocalGamma = 0.0,
    ) -> None:
        super().__init__()
        self.over_labels = over_labels
        self.positive_weight = positive_weight
        self.focal_gamma = focal_gamma

    def num_logits(self, labels: int) -> int:
        """One logit per label."""
        return labels

    def scores(self, logits: Float[Tensor, "q c"]) -> LabelScores:
        """A sigmoid per label."""
        return LabelScores(logits.sigmoid(), None, exclusive=False)

    def forward(
        self,
        logits: Float[Tensor, "q c"],
        targets: Shaped[Tensor, "q ..."],
        weight: Float[Tensor, " q"],
    ) -> Float[Tensor, ""]:
        """Sum over candidates of weight × binary cross-entropy."""
        losses = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        losses = losses * focal_factor(losses, self.focal_gamma)
        if self.positive_weight != 1:
            losses = losses * (1 + (self.positive_weight - 1) * targets)
        mean = self.over_labels == "mean" and losses.shape[1] > 0  # the mean of no labels is NaN
        candidate_losses = losses.mean(1) if mean else losses.sum(1)
        return (candidate_losses * weight).sum()
