"""Loss with a learned threshold, for candidates with any number of labels."""

from typing import Annotated, final

import torch
from annotated_types import Ge, Le
from jaxtyping import Float, Shaped
from torch import Tensor

from jointre.nn.losses.label_scores import LabelScores
from jointre.nn.losses.loss import Loss

LEARNED_THRESHOLD = 0.5  # the probability of a label whose logit equals that of the threshold


@final
@Loss.register("adaptive")
class AdaptiveLoss(Loss):
    """Loss with a learned threshold for each candidate (ATLOP, adaptive thresholding).

    The classifier gives one more logit, TH. The labels of a candidate compete with TH by a softmax
    over these labels and TH; TH competes with the other labels by a softmax over those and TH. The
    loss is the sum of both cross-entropies. The probability of a label is σ(logit − TH), so 0.5 is
    the learned threshold. A decoder whose threshold is null uses it.

    Paper: https://arxiv.org/abs/2010.11304

    Args:
        focal_gamma: Exponent γ of the focal factor 1 + (1 − p)^γ of KD-DocRE
            (https://arxiv.org/abs/2203.10900) on the loss of each label of a candidate, with p the
            probability of the label; at least 1; null: no such factor.
    """

    def __init__(self, focal_gamma: Annotated[float, Ge(1), Le(100)] | None = None) -> None:
        super().__init__()
        self.focal_gamma = focal_gamma

    def num_logits(self, labels: int) -> int:
        """One logit for the threshold, then one per label."""
        return labels + 1

    def scores(self, logits: Float[Tensor, "q c"]) -> LabelScores:
        """A sigmoid of each label's distance from the threshold."""
        probabilities = (logits[:, 1:] - logits[:, :1]).sigmoid()
        return LabelScores(probabilities, None, exclusive=False, threshold=LEARNED_THRESHOLD)

    def forward(
        self,
        logits: Float[Tensor, "q c"],
        targets: Shaped[Tensor, "q ..."],
        weight: Float[Tensor, " q"],
    ) -> Float[Tensor, ""]:
        """Sum over candidates of weight × loss."""
        threshold, labels = logits[:, :1], logits[:, 1:]
        positive = targets > 0
        losses = _log_total(threshold, labels, positive)[:, None] - labels
        if self.focal_gamma is not None:
            losses = losses * (1 + (threshold - labels).sigmoid() ** self.focal_gamma)
        of_labels = losses.masked_fill(~positive, 0.0).sum(1)
        of_threshold = _log_total(threshold, labels, ~positive) - threshold[:, 0]
        return ((of_labels + of_threshold) * weight).sum()


def _log_total(
    threshold: Float[Tensor, "q 1"], labels: Float[Tensor, "q r"], keep: Shaped[Tensor, "q r"]
) -> Float[Tensor, " q"]:
    """Logarithm of the sum of the exponentials of the threshold and the kept labels."""
    logits = labels.masked_fill(~keep, -torch.inf)  # the threshold is finite, so the sum is not 0
    return torch.cat([threshold, logits], 1).logsumexp(1)
