"""Cross-entropy of cosines with a margin between the classes' angles."""

import math
from typing import Annotated, ClassVar, final

import torch
from annotated_types import Ge, Le
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn import functional

from jointre.config.bounds import Scale
from jointre.nn.losses.loss import Loss
from jointre.nn.losses.single_label import SingleLabelLoss

SMALLEST_SINE = 1e-4  # at a sine of 0, its derivative by the cosine is infinite


@final
@Loss.register("arcface")
class ArcFaceLoss(SingleLabelLoss):
    """Cross-entropy of cosines, with a margin μ added to the angle θ of the right class (ArcFace).

    The cosine of the right class becomes cos(θ + μ), or cos θ - μ sin μ where θ > π - μ, because
    cos(θ + μ) would increase there. In prediction the cosines are scaled only if there is no class
    for "none" (memory §3.13).

    If a candidate has several labels, only the first is learnt; at most one is predicted.

    Paper: https://arxiv.org/abs/1801.07698

    Args:
        margin: Angle in degrees that is added to the angle of the right class in training.
        scale: Factor of the cosines.
        none_class: Whether a candidate can have no label; false if every candidate has one, such as
            the entities of documents.
    """

    needs_cosines: ClassVar[bool] = True

    def __init__(
        self,
        margin: Annotated[float, Ge(0), Le(90)] = 28.6,
        scale: Scale = 64.0,
        none_class: bool = True,
    ) -> None:
        super().__init__(none_class)
        self.margin = math.radians(margin)
        self.scale = scale

    def probabilities(self, logits: Float[Tensor, "q c"]) -> Float[Tensor, "q c"]:
        """Softmax of the cosines, which are scaled if every candidate has a label."""
        return (logits if self.none_class else self.scale * logits).softmax(-1)

    def forward(
        self,
        logits: Float[Tensor, "q c"],
        targets: Shaped[Tensor, "q ..."],
        weight: Float[Tensor, " q"],
    ) -> Float[Tensor, ""]:
        """Sum over candidates of weight × cross-entropy, with the margin."""
        right_class = self.classes(targets)
        cosine = logits.gather(1, right_class[:, None])
        cosines = logits.scatter(1, right_class[:, None], self._with_margin(cosine))
        losses = functional.cross_entropy(self.scale * cosines, right_class, reduction="none")
        return (losses * weight).sum()

    def _with_margin(self, cosine: Float[Tensor, "q 1"]) -> Float[Tensor, "q 1"]:
        """Cosines of the angles after the margin is added."""
        sine = (1 - cosine.square()).clamp(min=SMALLEST_SINE**2).sqrt()
        wider = cosine * math.cos(self.margin) - sine * math.sin(self.margin)
        beyond = cosine - self.margin * math.sin(self.margin)
        return torch.where(cosine >= -math.cos(self.margin), wider, beyond)
