"""Callbacks: what an experiment wants done to its model before an update."""

from abc import ABC, abstractmethod
from typing import Annotated, final

from annotated_types import Ge, Le

from jointre.config import Registrable
from jointre.errors import ConfigError
from jointre.models import Model
from jointre.nn.refiners import Refiner


class TrainingCallback(Registrable, ABC, interface="callback"):
    """Training callback: changes a model in the course of its training.

    A recovered training goes on with the same steps, so what a callback does should depend
    on these and on the model's state dict alone.
    """

    def check(self, model: Model) -> None:
        """Called once, before anything is written.

        Raises:
            ConfigError: the model lacks what the callback changes.
        """

    @abstractmethod
    def before_update(self, model: Model, step: int, total: int) -> None:
        """Called before the first batch of each update.

        Args:
            model: The model, in training.
            step: Number of finished updates.
            total: updates of the whole training.
        """


@final
@TrainingCallback.register("memory_warmup")
class MemoryWarmup(TrainingCallback):
    """Lets refiners rest in the first updates (memory §3.5).

    While they rest they change nothing and learn nothing; the classifiers whose prototypes
    they will read train all the time. Dev is scored with the refiners as they were in the
    last update.

    Paper: https://arxiv.org/abs/2307.11762

    Args:
        proportion: share of all updates, rounded down; 1: they never work.
        steps: number of updates. Give this or ``proportion``.

    Raises:
        ConfigError: neither is given, or both are.
    """

    def __init__(
        self,
        proportion: Annotated[float, Ge(0), Le(1)] | None = None,
        steps: Annotated[int, Ge(0), Le(1_000_000_000)] | None = None,
    ) -> None:
        if (proportion is None) == (steps is None):
            given = "none" if proportion is None else f"both, {proportion} and {steps}"
            raise ConfigError(
                "memory_warmup takes either proportion (share of all updates, 0..1) or steps "
                f"(number of updates), not {given}"
            )
        self.proportion, self.steps = proportion, steps

    def check(self, model: Model) -> None:
        """The model must have refiners."""
        if not _refiners(model):
            raise ConfigError(
                "training.callbacks: memory_warmup lets refiners rest, but the model has none; "
                f"add one ({', '.join(Refiner.names())}) to model.token_refiners or "
                "model.span_refiners, or leave memory_warmup out"
            )

    def before_update(self, model: Model, step: int, total: int) -> None:
        """Wake the refiners when the warm-up is over."""
        for refiner in _refiners(model):
            refiner.active.fill_(step >= self._warmup(total))

    def _warmup(self, total: int) -> int:
        return int(total * self.proportion) if self.proportion is not None else self.steps or 0


def _refiners(model: Model) -> list[Refiner]:
    return [module for module in model.modules() if isinstance(module, Refiner)]
