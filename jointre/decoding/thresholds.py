"""Thresholds per label, and the labels that reach them."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import torch
from annotated_types import Ge, Le, MinLen
from jaxtyping import Bool
from torch import Tensor

from jointre.data.nearest import did_you_mean
from jointre.errors import ConfigError
from jointre.nn.losses.label_scores import LabelScores

Threshold = Annotated[float, Ge(0), Le(1)]
Thresholds = Threshold | Annotated[dict[str, Threshold], MinLen(1)]
DEFAULT = "default"


def per_label(
    thresholds: Thresholds | None, labels: Sequence[str], option: str
) -> list[float | None]:
    """The threshold of each label; None where nothing is set.

    Args:
        thresholds: One threshold for all labels, or one per label; the key ``"default"`` sets
            the threshold of the labels that are not named.
        labels: The labels, in the order of the scores.
        option: Name of the option, for messages.

    Raises:
        ConfigError: A label does not exist.

    Example:
        >>> per_label({"default": 0.5, "works_for": 0.7}, ("lives_in", "works_for"), "threshold")
        [0.5, 0.7]
    """
    if not isinstance(thresholds, Mapping):
        return [thresholds] * len(labels)
    for label in thresholds:
        if label != DEFAULT and label not in labels:
            raise ConfigError(
                f"{option}: the model has no label {label!r}{did_you_mean(label, labels)} "
                f"Accepted: {DEFAULT}, {', '.join(labels) or '(it has no labels)'}"
            )
    default_threshold = thresholds.get(DEFAULT)
    return [thresholds.get(label, default_threshold) for label in labels]


def accepted(
    scores: LabelScores, thresholds: Sequence[float | None], default: float
) -> Bool[Tensor, "q r"]:
    """The labels that candidates get.

    Where labels exclude one another, a candidate can only get its most probable label. It gets it
    if the label's probability is at least its threshold, or, without a threshold, above that of
    "none". Otherwise a candidate gets all labels whose probability is at least the threshold.

    Args:
        scores: Label probabilities of the candidates.
        thresholds: Smallest probability of each label; None where nothing is set.
        default: Threshold of labels without one, where labels do not exclude one another and the
            loss has learned no threshold.

    Shapes:
        scores ``"q r"`` → ``"q r"``.
    """
    unset = scores.natural_threshold(default)
    least = [unset if threshold is None else threshold for threshold in thresholds]
    # Compared in the scores' own type, like a single number: 0.7 is 0.7 in float32 on both sides.
    reached = scores.labels >= torch.tensor(
        least, dtype=scores.labels.dtype, device=scores.labels.device
    )
    if not scores.exclusive or not least:
        return reached
    numbers = torch.arange(len(least), device=scores.labels.device)
    best: Bool[Tensor, "q r"] = scores.labels.argmax(1, keepdim=True) == numbers
    if scores.none is not None:
        is_set = torch.tensor([each is not None for each in thresholds], device=numbers.device)
        reached &= is_set | (scores.labels > scores.none[:, None])
    return reached & best
