"""Losses, one candidate after the other: ArcFace, adaptive thresholding, divergences."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from jointre.nn.losses import LabelScores


def arcface(
    cosines: Tensor, targets: Sequence[int], weight: Tensor, degrees: float, scale: float
) -> Tensor:
    """Sum of weight × cross-entropy of scaled cosines, the right one with the margin."""
    margin, total = math.radians(degrees), torch.zeros(())
    for row, target, own in zip(cosines, targets, weight, strict=True):
        angle = row[target].acos()
        within = bool(angle <= math.pi - margin)
        right = (angle + margin).cos() if within else angle.cos() - margin * math.sin(margin)
        logits = [right if c == target else value for c, value in enumerate(row)]
        scores = scale * torch.stack(logits)
        total = total + own * (scores.logsumexp(0) - scores[target])
    return total


def adaptive(logits: Tensor, targets: Tensor, weight: Tensor, gamma: float | None) -> Tensor:
    """Sum of weight × loss: each label of a candidate, and the threshold, in a softmax of its own.

    Args:
        logits: The logit of the threshold, then those of the labels.
        targets: Multi-hot labels.
        weight: Weight of each candidate.
        gamma: Exponent of the focal factor; None: no factor.
    """
    total = torch.zeros(())
    for row, target, own in zip(logits, targets, weight, strict=True):
        positive = [0] + [1 + label for label, value in enumerate(target) if value == 1]
        negative = [0] + [1 + label for label, value in enumerate(target) if value == 0]
        for label in positive[1:]:
            cost = -row[positive].log_softmax(0)[positive.index(label)]
            probability = (row[label] - row[0]).sigmoid()
            factor = 1 if gamma is None else 1 + (1 - probability) ** gamma
            total = total + own * factor * cost
        total = total - own * row[negative].log_softmax(0)[0]
    return total


def binary(
    logits: Tensor, targets: Tensor, weight: Tensor, positive_weight: float, gamma: float
) -> Tensor:
    """Sum of weight × weighted, focal cross-entropy, label by label."""
    total = torch.zeros(())
    for row, target, own in zip(logits, targets, weight, strict=True):
        for logit, value in zip(row, target, strict=True):
            right = logit.sigmoid() if value == 1 else 1 - logit.sigmoid()
            factor = positive_weight if value == 1 else 1.0
            total = total - own * factor * (1 - right) ** gamma * right.log()
    return total


def softmax(
    logits: Tensor, targets: Sequence[int], weight: Tensor, none_weight: float, gamma: float
) -> Tensor:
    """Sum of weight × weighted, focal cross-entropy, candidate by candidate."""
    total = torch.zeros(())
    for row, target, own in zip(logits, targets, weight, strict=True):
        right = row.softmax(0)[target]
        factor = none_weight if target == 0 else 1.0
        total = total - own * factor * (1 - right) ** gamma * right.log()
    return total


def symmetric_divergence(one: LabelScores, other: LabelScores) -> Tensor:
    """½ (KL(p‖q) + KL(q‖p))."""
    return (one_sided_divergence(one, other) + one_sided_divergence(other, one)) / 2


def one_sided_divergence(one: LabelScores, other: LabelScores) -> Tensor:
    """Mean over candidates of KL(p‖q), outcome by outcome."""
    total = torch.zeros(())
    for row in range(len(one)):
        pairs = list(zip(one.labels[row], other.labels[row], strict=True))
        if not one.exclusive:
            pairs += [(1 - p, 1 - q) for p, q in pairs]
        elif one.none is not None and other.none is not None:
            pairs.append((one.none[row], other.none[row]))
        for p, q in pairs:
            total = total + p * (p / q).log()
    return total / len(one)


def smoothed_targets(
    spans: list[tuple[int, int, int]], classes: list[int], num_classes: int, epsilon: float
) -> Tensor:
    """A distribution over classes for each span: the mention's share, neighbour by neighbour."""
    targets = torch.zeros(len(spans), num_classes)
    for row, label in enumerate(classes):
        targets[row, label] = 1
    for (unit, start, end), label in zip(spans, classes, strict=True):
        for other in ((start - 1, end), (start + 1, end), (start, end - 1), (start, end + 1)):
            if label and (unit, *other) in spans and not classes[spans.index((unit, *other))]:
                row = spans.index((unit, *other))
                targets[row, 0] -= epsilon / 4
                targets[row, label] += epsilon / 4
                mention = spans.index((unit, start, end))
                targets[mention, label] -= epsilon / 4
                targets[mention, 0] += epsilon / 4
    return targets
