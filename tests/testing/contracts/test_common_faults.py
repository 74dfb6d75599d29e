"""One fault after the other is seeded into a component of every interface, and is found."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from jointre.testing.contracts import Contract
from tests.testing.contracts.faults import fails, passes, suite
from tests.testing.contracts.sound import SOUND, Hooked, Sound, doubled


class WrongWidth(Hooked):
    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return doubled(rows)


class DependsOnTheBatch(Hooked):
    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return rows * (1 + source.mean())


class DependsOnOrder(Hooked):
    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        rank = torch.arange(1.0, len(rows) + 1)
        return rows * rank.reshape(-1, *[1] * (rows.ndim - 1))


class LeaksPadding(Hooked):
    """Only where rows are padded tables of states."""

    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return rows + source.mean(1, keepdim=True)


class IdleParameter(Hooked):
    def prepare(self) -> None:
        self.unused = nn.Parameter(torch.zeros(3))


class CutsGradient(Hooked):
    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return rows.detach()


class WildGradient(Hooked):
    """The gradient of a square root at 0."""

    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return rows + (0 * rows).square().sqrt()


class DividesByZero(Hooked):
    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return rows / source.abs().sum()


class NotSaved(Hooked):
    """A number that is drawn anew in every process."""

    def prepare(self) -> None:
        self.scale = float(torch.rand(()))

    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return rows * self.scale


class LooseTensor(Hooked):
    def prepare(self) -> None:
        self.tables = [torch.ones(1)]

    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return rows * self.tables[0]


class OtherGenerator(Hooked):
    def prepare(self) -> None:
        self.scale = nn.Parameter(torch.tensor([np.random.default_rng().random()]))

    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return rows * self.scale.float()


class SeedsTheGenerator(Hooked):
    def prepare(self) -> None:
        torch.manual_seed(0)


class DropsAlways(Hooked):
    """The dropout of a function that was not told of evaluation."""

    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return nn.functional.dropout(rows, 0.5)


class TrainsDifferently(Hooked):
    training: bool

    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return rows * (2 if self.training else 1)


class IdleDropout(Hooked):
    """A dropout that acts in evaluation's stead: nowhere."""

    training: bool

    def prepare(self) -> None:
        self.further = nn.Dropout(0.5)

    def __call__(self, *inputs: object, **named: object) -> object:
        for part in self.modules() if self.training else ():
            if isinstance(part, nn.Dropout):
                part.eval()
        return super().__call__(*inputs, **named)


class CountsCalls(Hooked):
    def prepare(self) -> None:
        self.register_buffer("calls", torch.zeros(()))

    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        self.calls = self.calls + 1
        return rows


class InPlace(Hooked):
    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        source.mul_(2)
        return rows


class InDouble(Hooked):
    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return rows.double()


class AddsAtomically(Hooked):
    """The gradient of the selected row is a sum in an order of its own."""

    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        return rows + 0 * rows[torch.zeros(len(rows), dtype=torch.long)]


class Overflows(Hooked):
    """A mask that fits float32 only."""

    def touched(self, rows: Tensor, source: Tensor) -> Tensor:
        half = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else rows.dtype
        return rows.to(half).masked_fill(rows.isnan(), -1e30).to(rows.dtype)


ALONE = "test_unit_alone_equals_unit_in_a_batch"
EVERYWHERE: list[tuple[type, str, str]] = [
    (DependsOnTheBatch, ALONE, "a unit's result depends on the longer units in its batch"),
    (DependsOnOrder, "test_order_of_units_does_not_matter", "its place in the batch"),
    (IdleParameter, "test_every_parameter_learns", "no gradient reaches unused: remove it"),
    (WildGradient, "test_every_parameter_learns", "gradient of .* is not finite"),
    (DividesByZero, "test_zeros_are_harmless", "states of zeros give a .* that is not finite"),
    (NotSaved, "test_saved_state_gives_the_same_output", "the state dict does not hold all"),
    (LooseTensor, "test_tensors_are_registered", "tables is a tensor that stays behind"),
    (OtherGenerator, "test_seed_decides_the_weights", "from one seed have different weights: sca"),
    (SeedsTheGenerator, "test_seed_decides_the_weights", "seeds torch's generator: leave that"),
    (DropsAlways, "test_same_input_gives_the_same_output", "two calls on the same input differ"),
    (TrainsDifferently, "test_training_differs_by_dropout_only", "by more than nn.Dropout"),
    (IdleDropout, "test_dropout_acts_in_training", "changes nothing in training: apply it"),
    (CountsCalls, "test_same_input_gives_the_same_output", "changes the module's state: calls"),
    (InPlace, "test_input_stays_as_it_is", r"the input is changed in place: \w+"),
    (
        AddsAtomically,
        "test_gradient_is_reproducible_on_two_threads",
        r"\(x\[index\]\).*: select rows by jointre.nn.take",
    ),
    (InDouble, "test_float32_on_every_device", r"is torch.float64 on cpu"),
    (Overflows, "test_mixed_precision_is_finite", "mixed precision fails in float16 on cpu"),
]
PADDED = ("interaction", "projection")


def seeded(fault: type, sound: Sound) -> Contract:
    """The suite over the sound component with the fault in it."""
    component = type(fault.__name__, (fault, sound.component), {})
    return suite(sound.suite, component, **dict(sound.attributes))


@pytest.mark.parametrize("interface", SOUND)
def test_sound_component_passes(interface: str) -> None:
    sound = SOUND[interface]
    passes(suite(sound.suite, sound.component, **dict(sound.attributes)))


@pytest.mark.parametrize(("fault", "check", "message"), EVERYWHERE)
@pytest.mark.parametrize("interface", SOUND)
def test_fault_is_found(interface: str, fault: type, check: str, message: str) -> None:
    fails(seeded(fault, SOUND[interface]), check, message)


@pytest.mark.parametrize("interface", SOUND)
def test_wrong_width_is_found(interface: str) -> None:
    sound = SOUND[interface]
    fails(seeded(WrongWidth, sound), sound.width_check, r": shape \(.*\), not \(")


@pytest.mark.parametrize("interface", SOUND)
def test_cut_gradient_is_found(interface: str) -> None:
    fails(seeded(CutsGradient, SOUND[interface]), "test_every_parameter_learns", "no gradient")


@pytest.mark.parametrize("interface", PADDED)
def test_leak_of_padding_is_found(interface: str) -> None:
    contract = seeded(LeaksPadding, SOUND[interface])
    fails(contract, "test_padding_does_not_matter", "padding leaks into the result")
    fails(contract, ALONE, "depends on the longer units")


def test_noise_of_training_is_a_dropout() -> None:
    class Noisy(Hooked):
        training: bool

        def touched(self, rows: Tensor, source: Tensor) -> Tensor:
            return rows * torch.rand(1) if self.training else rows

    contract = seeded(Noisy, SOUND["span_pooler"])
    fails(contract, "test_dropout_acts_in_training", "random numbers without an nn.Dropout")
