"""The base class of losses that give a candidate one class."""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from jointre.errors import ConfigError
from jointre.nn.losses.label_scores import LabelScores
from jointre.nn.losses.loss import Loss


class SingleLabelLoss(Loss, ABC):
    """A loss whose classes exclude one another.

    Args:
        none_class: Whether class 0 means "no label" and the labels follow it; otherwise the
            classes are the labels, and every candidate has one.
    """

    def __init__(self, none_class: bool) -> None:
        super().__init__()
        self.none_class = none_class

    def num_logits(self, labels: int) -> int:
        """One class per label, and one for "none"."""
        return labels + self.none_class

    @abstractmethod
    def probabilities(self, logits: Float[Tensor, "q c"]) -> Float[Tensor, "q c"]:
        """Probabilities of the classes, which add up to 1.

        Args:
            logits: What the classifier gives for each candidate.
        """

    def scores(self, logits: Float[Tensor, "q c"]) -> LabelScores:
        """Probabilities of the labels, and of "no label" where there is a class for it."""
        probabilities = self.probabilities(logits)
        none = probabilities[:, 0] if self.none_class else None
        return LabelScores(probabilities[:, int(self.none_class) :], none, exclusive=True)

    def classes(self, targets: Shaped[Tensor, "q ..."]) -> Int[Tensor, " q"]:
        """The class of each candidate; the first of several multi-hot labels.

        Raises:
            ConfigError: Targets are multi-hot, so that a candidate may have no label, but there is
                no class for that.
        """
        if targets.ndim == 1:
            return targets
        if not self.none_class:
            raise ConfigError(
                f"loss {self.registered_name!r} with none_class false gives every candidate a "
                "label, but these may have none: take none_class true, or loss 'binary' or "
                "'adaptive'"
            )
        none = (targets.sum(1, keepdim=True) == 0).to(targets.dtype)
        return torch.cat([none, targets], 1).argmax(1)
