"""The suite of callbacks finds seeded faults."""

from typing import Any

import torch

from jointre.models import Model
from jointre.testing.contracts import CallbackContract
from jointre.training.callbacks import TrainingCallback
from tests.testing.contracts.faults import fails, suite


class Shrinks(TrainingCallback):
    """Sound: it depends on the step alone."""

    @torch.no_grad()
    def after_update(self, model: Model, step: int, total: int) -> None:
        for value in model.classifiers["entity"].parameters():
            value.mul_(1 - 0.1 * step / total)


class Forgets(TrainingCallback):
    """It counts by itself what a recovered training does not know."""

    def __init__(self) -> None:
        self.count = 0

    @torch.no_grad()
    def after_update(self, model: Model, step: int, total: int) -> None:
        self.count += 1
        for value in model.classifiers["entity"].parameters():
            value.mul_(1 - 0.01 * self.count)


class Remembers(Forgets):
    def state_dict(self) -> dict[str, Any]:
        return {"count": self.count}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.count = state["count"]


class KeepsItself(Remembers):
    """Its state cannot be read without running its code."""

    def state_dict(self) -> dict[str, Any]:
        return {"count": self}


class LeavesRounding(TrainingCallback):
    """It restores by arithmetic."""

    @torch.no_grad()
    def before_evaluation(self, model: Model, step: int, total: int) -> None:
        for value in model.parameters():
            value.mul_(1.1)

    @torch.no_grad()
    def after_evaluation(self, model: Model, step: int, total: int) -> None:
        for value in model.parameters():
            value.div_(1.1)


class CountsEvaluations(Forgets):
    @torch.no_grad()
    def after_update(self, model: Model, step: int, total: int) -> None:
        for value in model.classifiers["entity"].parameters():
            value.mul_(1 - 0.01 * self.count)

    def before_evaluation(self, model: Model, step: int, total: int) -> None:
        self.count += 1


class Overflows(TrainingCallback):
    @torch.no_grad()
    def before_evaluation(self, model: Model, step: int, total: int) -> None:
        next(model.parameters()).fill_(float("inf"))


class Registers(TrainingCallback):
    def start(self, model: Model, step: int, total: int) -> None:
        model.register_buffer("average", torch.zeros(2))


class Thaws(TrainingCallback):
    @torch.no_grad()
    def after_update(self, model: Model, step: int, total: int) -> None:
        model.encoder_parameters()[0].add_(1)


def test_sound_callbacks_pass() -> None:
    for component in (Shrinks, Remembers):
        contract = suite(CallbackContract, component)
        assert isinstance(contract, CallbackContract)
        contract.test_evaluation_leaves_training_alone()
        contract.test_evaluations_do_not_matter()
        contract.test_continues_from_a_checkpoint()


def test_faults() -> None:
    recovery = "test_continues_from_a_checkpoint"
    alone = "test_evaluation_leaves_training_alone"
    for component, check, message in (
        (Forgets, recovery, "a recovered training ends with other .* more"),
        (KeepsItself, recovery, "state_dict must hold tensors, numbers, strings, lists and dicts"),
        (LeavesRounding, alone, "after_evaluation does not restore"),
        (CountsEvaluations, "test_evaluations_do_not_matter", "evaluations change"),
        (Overflows, alone, "before_evaluation leaves weights that are not finite"),
        (Registers, alone, "the state dict changes its names or shapes"),
        (Thaws, alone, "a frozen parameter changes"),
    ):
        fails(suite(CallbackContract, component), check, message)
