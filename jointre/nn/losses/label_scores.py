"""Label probabilities, which a loss computes from logits and a decoder reads."""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True, slots=True)
class LabelScores:
    """Label probabilities of candidates.

    Args:
        labels: Probability of each label.
        none: Probability that a candidate has no label, if labels exclude one another and a
            candidate may have none; else None.
        exclusive: Whether a candidate has at most one label.
        threshold: Threshold that the loss has learned, if labels do not exclude one another; None
            if it has learned none.

    Shapes:
        labels ``"q r"``, none ``"q"``.
    """

    labels: Float[Tensor, "q r"]
    none: Float[Tensor, " q"] | None
    exclusive: bool
    threshold: float | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: Int[Tensor, " m"]) -> "LabelScores":
        """The scores of the candidates in these rows."""
        none = None if self.none is None else self.none[rows]
        return LabelScores(self.labels[rows], none, self.exclusive, self.threshold)

    def calibrated(self, temperature: float, bias: float = 0.0) -> "LabelScores":
        """The probabilities after their log-odds are divided and shifted.

        Where labels exclude one another, log-probabilities are divided, those of all labels are
        shifted against that of "none", and the results are normalised. The most probable label
        stays the same.

        Paper: Guo et al. 2017, https://arxiv.org/abs/1706.04599 (temperature and Platt scaling).

        Args:
            temperature: Divisor. Above 1, probabilities move away from 0 and 1; below 1, towards
                them.
            bias: Number that is added afterwards; without effect where labels exclude one another
                and one of them always holds.
        """
        if not self.labels.shape[1]:
            return self
        if not self.exclusive:
            return replace(self, labels=(self.labels.logit() / temperature + bias).sigmoid())
        labels = self.labels.log() / temperature
        if self.none is None:
            return replace(self, labels=labels.softmax(1))
        none = self.none[:, None].log() / temperature
        probabilities = torch.cat([none, labels + bias], 1).softmax(1)
        return replace(self, labels=probabilities[:, 1:], none=probabilities[:, 0])

    def natural_threshold(self, default: float) -> float:
        """Minimum probability of labels for which no threshold is set.

        Labels that exclude one another need none, because the most probable one is chosen.
        Otherwise it is the threshold that the loss has learned, or the default.

        Args:
            default: Threshold of the decoder for losses that have learned none.
        """
        if self.exclusive:
            return 0.0
        return default if self.threshold is None else self.threshold
