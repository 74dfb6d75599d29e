"""ArcFace: contract, angles one by one, both branches by hand, probabilities."""

import math
import re

import pytest
import torch

from jointre.config import Factory, construct
from jointre.decoding.thresholds import accepted
from jointre.errors import ConfigError
from jointre.nn.losses import ArcFaceLoss, Loss
from jointre.testing.contracts import LossContract
from tests.naive import losses as naive
from tests.nn.compare import equal


class TestArcFaceLoss(LossContract):
    component = "arcface"


class TestWithoutNone(LossContract):
    component = {"type": "arcface", "none_class": False, "margin": 10.0, "scale": 30.0}
    none_class = False


@pytest.mark.parametrize("degrees", [0.0, 28.6, 90.0])
@pytest.mark.parametrize("seed", range(3))
def test_equals_angles_one_by_one(seed: int, degrees: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    cosines = 1.98 * torch.rand(40, 4, generator=generator) - 0.99
    weight = torch.rand(40, generator=generator)
    targets = torch.randint(4, (40,), generator=generator)
    if degrees == 28.6:
        assert (cosines.gather(1, targets[:, None]) < -math.cos(math.radians(degrees))).any()
    equal(
        lambda: ArcFaceLoss(margin=degrees, scale=5.0)(cosines, targets, weight),
        lambda: naive.arcface(cosines, targets.tolist(), weight, degrees, 5.0),
        [cosines, weight],
        {"atol": 1e-4, "rtol": 1e-4},
    )


@pytest.mark.parametrize(
    ("angle", "expected"),
    [
        (60.0, math.cos(math.radians(90))),
        (150.0, -1.0),
        (150.1, math.cos(math.radians(150.1)) - math.pi / 6 / 2),
        (180.0, -1 - math.pi / 6 / 2),
    ],
)
def test_by_hand(angle: float, expected: float) -> None:
    """A margin of 30°: below 150° the angle grows, beyond the cosine falls by μ sin μ."""
    cosines = torch.tensor([[math.cos(math.radians(angle)), 0.25]], dtype=torch.float64)
    loss = ArcFaceLoss(margin=30.0, scale=2.0)(cosines, torch.tensor([0]), torch.ones(1))
    wanted = math.log(1 + math.exp(2 * (0.25 - expected)))
    assert loss.item() == pytest.approx(wanted, abs=1e-6)


def test_probabilities() -> None:
    """With a class for none the cosines are not scaled."""
    cosines = torch.tensor([[0.5, 0.0]])
    scaled = ArcFaceLoss(scale=2.0, none_class=False).probabilities(cosines)
    plain = ArcFaceLoss(scale=2.0).probabilities(cosines)
    assert scaled[0, 0].item() == pytest.approx(1 / (1 + math.exp(-1.0)))
    assert plain[0, 0].item() == pytest.approx(1 / (1 + math.exp(-0.5)))


def test_the_best_class_needs_no_threshold() -> None:
    """Softmax of two cosines never passes 0.89, and the best class is taken all the same."""
    scores = ArcFaceLoss().scores(torch.tensor([[-0.1, 0.2, 0.1], [0.3, 0.2, 0.1]]))
    found = accepted(scores, [None, None], 0.99)
    assert found.tolist() == [[True, False], [False, False]]


def test_gradient_at_the_ends() -> None:
    """Cosines of 1 and -1, where the sine's slope is infinite, and a little beyond."""
    cosines = torch.tensor([[1.0, 0.5], [-1.0, 0.5], [1.004, 0.5], [-1.004, 1.004]])
    cosines.requires_grad_(True)
    loss = ArcFaceLoss()(cosines, torch.zeros(4, dtype=torch.long), torch.ones(4))
    loss.backward()
    assert loss.isfinite()
    assert cosines.grad is not None
    assert cosines.grad.isfinite().all()


def test_only_arcface_needs_cosines() -> None:
    assert [name for name in Loss.names() if Loss.by_name(name).needs_cosines] == ["arcface"]


def test_margin_lies_in_0_to_90() -> None:
    with pytest.raises(ConfigError, match=re.escape("margin")):
        construct(Factory[Loss], {"type": "arcface", "margin": 91.0})
