"""How much two predictions for the same candidates differ."""

import torch
from jaxtyping import Float
from torch import Tensor

from jointre.nn.losses.label_scores import LabelScores

SMALLEST_PROBABILITY = 1e-7  # keeps logarithms finite


def divergence(one: LabelScores, other: LabelScores) -> Float[Tensor, ""]:
    """Symmetric Kullback-Leibler divergence ½ (KL(p‖q) + KL(q‖p)), averaged over the candidates.

    Labels that exclude one another are one distribution, with "no label" where it has a
    probability; otherwise the divergences of the labels, each present or absent, are added up.

    Paper: https://arxiv.org/abs/2106.14448

    Args:
        one: Probabilities p of the candidates.
        other: Probabilities q of the same candidates, by the same loss.

    Returns:
        The mean in nats; 0 without candidates.
    """
    p, q = _outcomes(one), _outcomes(other)
    return 0.5 * ((p - q) * (p.log() - q.log())).sum() / max(1, len(one))


def distillation(teacher: LabelScores, student: LabelScores) -> Float[Tensor, ""]:
    """Kullback-Leibler divergence KL(p‖q) of a student from its teacher, averaged over candidates.

    Labels are compared as in :func:`divergence`.

    Paper: https://arxiv.org/abs/1503.02531

    Args:
        teacher: Probabilities p of the candidates.
        student: Probabilities q of the same candidates, by the same loss.

    Returns:
        The mean in nats; 0 without candidates, and 0 if p and q are equal.
    """
    p, q = _outcomes(teacher), _outcomes(student)
    return (p * (p.log() - q.log())).sum() / max(1, len(teacher))


def _outcomes(scores: LabelScores) -> Float[Tensor, "q n"]:
    """The probability of every outcome of a candidate, in single precision."""
    labels = scores.labels.float()
    if not scores.exclusive:
        outcomes = torch.cat([labels, 1 - labels], 1)
    elif scores.none is None:
        outcomes = labels
    else:
        outcomes = torch.cat([scores.none.float()[:, None], labels], 1)
    return outcomes.clamp(min=SMALLEST_PROBABILITY)
