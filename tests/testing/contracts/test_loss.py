"""The suite of losses finds seeded faults."""

import random
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from jointre.nn.losses import BinaryLoss, LabelScores, SingleLabelLoss
from jointre.testing.contracts import LossContract
from tests.testing.contracts.faults import fails, passes, suite


class Sound(SingleLabelLoss):
    """Cross-entropy."""

    def __init__(self) -> None:
        super().__init__(none_class=True)

    def probabilities(self, logits: Tensor) -> Tensor:
        return logits.softmax(1)

    def forward(self, logits: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
        classes = self.classes(targets)
        return (functional.cross_entropy(logits, classes, reduction="none") * weight).sum()


class ForgetsNone(Sound):
    def num_logits(self, labels: int) -> int:
        return labels


class Sigmoids(Sound):
    def probabilities(self, logits: Tensor) -> Tensor:
        return logits.sigmoid()


class RawLogits(Sound):
    def probabilities(self, logits: Tensor) -> Tensor:
        return logits


class WrongWay(Sound):
    def probabilities(self, logits: Tensor) -> Tensor:
        return (-logits).softmax(1)


class Means(Sound):
    def forward(self, logits: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
        return functional.cross_entropy(logits, targets)


class IgnoresTargets(Sound):
    def forward(self, logits: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
        return super().forward(logits, 0 * targets, weight)


class KeepsNone(Sound):
    def scores(self, logits: Tensor) -> LabelScores:
        return LabelScores(logits.softmax(1), None, exclusive=True)


class ForgetsTheNoneScore(Sound):
    def scores(self, logits: Tensor) -> LabelScores:
        return replace(super().scores(logits), none=None)


class SaysMany(Sound):
    def scores(self, logits: Tensor) -> LabelScores:
        return replace(super().scores(logits), exclusive=False)


class LastLabel(Sound):
    def classes(self, targets: Tensor) -> Tensor:
        if targets.ndim == 1:
            return targets
        last = targets.shape[1] - targets.flip(1).argmax(1)
        return last * targets.any(1)


class LogOfSoftmax(Sound):
    """Overflows where log-softmax would not."""

    def forward(self, logits: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
        each = -logits.softmax(1).log().gather(1, self.classes(targets)[:, None])[:, 0]
        return (each * weight).sum()


class InPlace(Sound):
    def probabilities(self, logits: Tensor) -> Tensor:
        return logits.mul_(2).softmax(1)


class DropsAlways(Sound):
    def probabilities(self, logits: Tensor) -> Tensor:
        return functional.dropout(logits, 0.5).softmax(1)


class TrainsDifferently(Sound):
    def forward(self, logits: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
        return super().forward(logits, targets, weight) * (1 if self.training else 2)


class IdleParameter(Sound):
    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))


class NotSaved(Sound):
    def __init__(self) -> None:
        super().__init__()
        self.scale = random.random()

    def forward(self, logits: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
        return super().forward(logits * self.scale, targets, weight)


class MaskForFloat32(Sound):
    def forward(self, logits: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
        if torch.is_autocast_enabled("cpu"):
            logits = logits.to(torch.get_autocast_dtype("cpu")).masked_fill(logits > 1e9, -1e30)
        return super().forward(logits.float(), targets, weight)


def test_sound_loss() -> None:
    passes(suite(LossContract, Sound))


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (ForgetsNone, "test_number_of_logits", "single-label loss needs 4 logits for 3 labels"),
        (Sigmoids, "test_no_label_has_a_probability", "probabilities must sum to 1"),
        (RawLogits, "test_scores", "must lie in 0..1"),
        (WrongWay, "test_scores", "a larger logit must give a larger probability"),
        (KeepsNone, "test_scores", "one column per label: shape"),
        (ForgetsTheNoneScore, "test_no_label_has_a_probability", "scores.none must be there, beca"),
        (SaysMany, "test_scores", "scores.exclusive is False, but the suite has multi_label = Fal"),
        (LastLabel, "test_multi_hot_targets", "multi-hot targets are not their first label"),
        (Means, "test_weighted_sum_over_candidates", "not the weighted sum over candidates"),
        (
            IgnoresTargets,
            "test_right_answers_cost_less",
            "gradient steps do not lead to the targets",
        ),
        (InPlace, "test_input_stays_as_it_is", "the input is changed in place: logits"),
        (DropsAlways, "test_evaluates_alike", "two calls on the same input differ: prob"),
        (TrainsDifferently, "test_evaluates_alike", "training mode differs from evaluation"),
        (IdleParameter, "test_every_parameter_learns_and_is_saved", "no gradient reaches unused"),
        (NotSaved, "test_every_parameter_learns_and_is_saved", "state dict does not hold all"),
        (MaskForFloat32, "test_mixed_precision_is_finite", "mixed precision fails in float16"),
        (LogOfSoftmax, "test_right_answers_cost_less", "not finite for logits of size 1000"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str) -> None:
    fails(suite(LossContract, component), check, message)


@pytest.mark.parametrize(
    ("component", "given", "message"),
    [
        (Sound, True, "a multi-label loss needs 3 logits for 3 labels, but num_logits is 4; "),
        (BinaryLoss, False, "a single-label loss needs 4 logits for 3 labels, but num_logits is 3"),
    ],
)
def test_a_wrong_multi_label_is_named(component: type, given: bool, message: str) -> None:
    kind = suite(LossContract, component, multi_label=given)
    fails(kind, "test_number_of_logits", message)
    advice = (
        rf"multi_label = {given} \(whether targets are multi-hot\), none_class = True and learned"
    )
    fails(kind, "test_number_of_logits", advice)


def test_sums_name_multi_label() -> None:
    message = r"because the suite has multi_label = False .* set multi_label = True if targets are"
    fails(suite(LossContract, Sigmoids), "test_no_label_has_a_probability", message)
