"""Checks that all modules share, on interactions: leaks that are meant, tensors and noise."""

import pytest
import torch
from torch import Tensor, nn

from jointre.errors import ConfigError
from jointre.nn.interactions import Interaction
from jointre.nn.masking import masked_mean
from jointre.nn.streams import Stream, Streams
from jointre.testing.contracts import Contract, InteractionContract
from jointre.testing.contracts.contract import without_dropout
from tests.testing.contracts.faults import fails, passes, suite


class Sound(Interaction):
    """Adds a mixture of the other task's words to the summary."""

    def __init__(self, input_dim: int) -> None:
        super().__init__()
        self.linear = nn.Linear(input_dim, input_dim)
        self.dropout = nn.Dropout(0.3)

    def context(self, stream: Stream) -> Tensor:
        return masked_mean(stream.states, stream.positions.is_word)

    def mixed(self, context: Tensor) -> Tensor:
        return self.linear(context)

    def forward(self, streams: Streams) -> Streams:
        changed = {}
        for task, other in (("entity", "relation"), ("relation", "entity")):
            own = streams.task(task)
            read = self.dropout(self.mixed(self.context(streams.task(other))))
            changed[task] = Stream(own.states, (own.summary + read).float(), own.positions)
        return streams.replacing(**changed)


class LeaksPadding(Sound):
    def context(self, stream: Stream) -> Tensor:
        return stream.states.mean(1)


class CutsGradient(Sound):
    def forward(self, streams: Streams) -> Streams:
        cut = {
            task: Stream(own.states.detach(), own.summary, own.positions)
            for task, own in (("entity", streams.entity), ("relation", streams.relation))
        }
        return super().forward(streams.replacing(**cut))


class StateNotSaved(Sound):
    def __init__(self, input_dim: int) -> None:
        super().__init__(input_dim)
        self.table = torch.randn(input_dim)  # neither a parameter nor a buffer

    def mixed(self, context: Tensor) -> Tensor:
        return super().mixed(context) * self.table


class DrawsNoise(Sound):
    def mixed(self, context: Tensor) -> Tensor:
        return super().mixed(context) + torch.rand(1)


class Remembers(Sound):
    calls = 0

    def mixed(self, context: Tensor) -> Tensor:
        self.calls += 1
        return super().mixed(context) * self.calls


class Overflows(Sound):
    def mixed(self, context: Tensor) -> Tensor:
        mixed = super().mixed(context)
        return mixed * 3e38 * 3e38 if mixed.dtype == torch.bfloat16 else mixed


class WrongPairWidth(Sound):
    pair_dim = 2


FAULTS: list[tuple[type, str, str]] = [
    (LeaksPadding, "test_padding_does_not_matter", "padding leaks into the result"),
    (LeaksPadding, "test_unit_alone_equals_unit_in_a_batch", "depends on the longer units"),
    (CutsGradient, "test_every_parameter_learns", "no gradient reaches the input states"),
    (StateNotSaved, "test_saved_state_gives_the_same_output", "the state dict does not hold all"),
    (DrawsNoise, "test_same_input_gives_the_same_output", "two calls on the same input differ"),
    (Remembers, "test_same_input_gives_the_same_output", "two calls on the same input differ"),
    (Overflows, "test_mixed_precision_is_finite", "is not finite in bfloat16 on cpu"),
    (WrongPairWidth, "test_declared_width", r"the declared pair_dim: shape \(4, \d+, \d+, 0\)"),
]


def test_sound_component_passes() -> None:
    passes(suite(InteractionContract, Sound))


@pytest.mark.parametrize(("component", "check", "message"), FAULTS)
def test_fault_is_found(component: type, check: str, message: str) -> None:
    fails(suite(InteractionContract, component), check, message)


def test_a_leak_must_be_real() -> None:
    passes(suite(InteractionContract, LeaksPadding, leaks_padding=True))
    sound = suite(InteractionContract, Sound, leaks_padding=True)
    fails(sound, "test_padding_does_not_matter", "said to leak padding, but nothing differs")
    fails(sound, "test_unit_alone_equals_unit_in_a_batch", "leak padding into short units, but")


def test_wrong_interface() -> None:
    fails(
        suite(InteractionContract, _Owned),
        "test_implements_the_interface",
        "_Owned is not a subclass of Interaction: inherit from it",
    )


class _Owned(nn.Module):
    given = ("input_dim",)

    def __init__(self, input_dim: int) -> None:
        super().__init__()


def test_suite_without_a_component() -> None:
    made: Contract = type("TestForgetful", (InteractionContract,), {})()
    fails(made, "test_implements_the_interface", "TestForgetful names no component; write")


def test_options_are_checked_as_in_a_config() -> None:
    made = type("Toy", (InteractionContract,), {"component": {"type": "ctam", "layer": 2}})()
    with pytest.raises(ConfigError, match="layers"):
        made.test_implements_the_interface()


def test_suites_are_not_collected_by_themselves() -> None:
    assert not InteractionContract.__name__.startswith("Test")


def test_dropout_is_found_everywhere() -> None:
    module = nn.Sequential(nn.Dropout(0.5), nn.TransformerEncoderLayer(4, 2, 8, dropout=0.5))
    module[1].attention_dropout = 0.5  # as transformers keep it
    without_dropout(module)
    assert {part.p for part in module.modules() if isinstance(part, nn.Dropout)} == {0.0}
    assert module[1].attention_dropout == 0.0
