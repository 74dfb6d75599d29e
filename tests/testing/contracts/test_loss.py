"""The suite of losses finds seeded faults."""

import pytest
from torch import Tensor
from torch.nn import functional

from jointre.nn.losses import Loss
from jointre.testing.contracts import LossContract
from tests.testing.contracts.faults import fails, passes, suite


class Sound(Loss):
    """Cross-entropy."""

    def __init__(self) -> None:
        super().__init__()

    def num_logits(self, labels: int) -> int:
        return labels + 1

    def probabilities(self, logits: Tensor) -> Tensor:
        return logits.softmax(1)

    def forward(self, logits: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
        return (functional.cross_entropy(logits, targets, reduction="none") * weight).sum()


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


class LogOfSoftmax(Sound):
    """Overflows where log-softmax would not."""

    def forward(self, logits: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
        each = -logits.softmax(1).log().gather(1, targets[:, None])[:, 0]
        return (each * weight).sum()


def test_sound_loss() -> None:
    passes(suite(LossContract, Sound))


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (ForgetsNone, "test_number_of_logits", "single-label loss needs 4 logits for 3 labels"),
        (Sigmoids, "test_probabilities", "probabilities must sum to 1"),
        (RawLogits, "test_probabilities", "must lie in 0..1"),
        (WrongWay, "test_probabilities", "a larger logit must give a larger probability"),
        (Means, "test_weighted_sum_over_candidates", "not the weighted sum over candidates"),
        (
            IgnoresTargets,
            "test_right_answers_cost_less",
            "gradient steps do not lead to the targets",
        ),
        (LogOfSoftmax, "test_right_answers_cost_less", "not finite for logits of size 1000"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str) -> None:
    fails(suite(LossContract, component), check, message)
