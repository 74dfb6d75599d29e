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

SMALLEST_SINE = 1e-4  # the slope of a sine over its cosine is infinite at 0


@final
@Loss.register("arcface")
class ArcFaceLoss(SingleLabelLoss):
    """Cross-entropy of cosines, with a margin μ added to the angle θ of the right class (ArcFace).

    Its cosine becomes cos(θ + μ), or cos θ - μ sin μ where θ > π - μ, since cos(θ + μ) would
    grow again. Without a class for none the cosines are scaled in prediction too, with one
    they are not (memory §3.13).

    Of a candidate with several labels only the first is learnt, and at most one is
    predicted: no threshold applies. Nothing counts the labels that this leaves out.

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
        """Softmax of the cosines; of the scaled ones where every candidate has a label."""
        return (logits if self.none_class else self.scale * logits).softmax(-1)

    def forward(
        self,
        logits: Float[Tensor, "q c"],
        targets: Shaped[Tensor, "q ..."],
        weight: Float[Tensor, " q"],
    ) -> Float[Tensor, ""]:
        """Sum over candidates of weight × cross-entropy, with the margin."""
        right = self.classes(targets)
        cosine = logits.gather(1, right[:, None])
        widened = logits.scatter(1, right[:, None], self._widened(cosine))
        each = functional.cross_entropy(self.scale * widened, right, reduction="none")
        return (each * weight).sum()

    def _widened(self, cosine: Float[Tensor, "q 1"]) -> Float[Tensor, "q 1"]:
        """Cosines of the angles with the margin."""
        sine = (1 - cosine.square()).clamp(min=SMALLEST_SINE**2).sqrt()
        wider = cosine * math.cos(self.margin) - sine * math.sin(self.margin)
        beyond = cosine - self.margin * math.sin(self.margin)
        return torch.where(cosine >= -math.cos(self.margin), wider, beyond)
