"""One training step, for every trainer: the loss of a batch, and the update of the weights."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, final

import torch
from annotated_types import Ge, Gt, Le
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.optimizer import Optimizer as TorchOptimizer

from jointre.config import Factory
from jointre.errors import ConfigError, RunError
from jointre.models.model import Model, TrainingBatch
from jointre.nn.losses.divergence import divergence
from jointre.training.callbacks import TrainingCallback
from jointre.training.lesson import Lesson
from jointre.training.optimizers import Optimizer
from jointre.training.schedules import Schedule


def loss_of(
    model: Model,
    batch: TrainingBatch,
    where: str,
    remedy: str,
    r_drop: float = 0.0,
    teacher: Lesson | None = None,
) -> Tensor:
    """The sum of the tasks' losses of a batch.

    Args:
        model: The model, in training mode.
        batch: The batch, on the model's device.
        where: Position of the batch in the training, for the error, such as ``"epoch 2, batch 7"``.
        remedy: What the user can do, for the error: one or more sentences.
        r_drop: Weight of R-Drop; above 0, the batch is scored twice.
        teacher: What a teacher says about the batch; None: no teacher.

    Raises:
        RunError: The loss is not finite.
    """
    output = model(batch.stages)
    losses = model.losses(output, batch.targets)
    if r_drop > 0:
        losses = _with_second_pass(model, batch, output, losses, r_drop)
    if teacher is not None:
        losses = {**losses, "teacher": teacher.loss(model.candidate_scores(output, batch.stages))}
    total = torch.stack(list(losses.values())).sum()
    if not bool(total.isfinite()):
        values = ", ".join(f"{name} {value.item()}" for name, value in losses.items())
        raise RunError(f"the loss is not finite in {where} ({values}). {remedy}")
    return total


def _with_second_pass(
    model: Model, batch: TrainingBatch, output: Any, losses: dict[str, Tensor], r_drop: float
) -> dict[str, Tensor]:
    """The mean losses of two passes with different dropout, and R-Drop's divergence."""
    second = model(batch.stages)
    ones = model.candidate_scores(output, batch.stages)
    others = model.candidate_scores(second, batch.stages)
    again = model.losses(second, batch.targets)
    means = {name: (value + again[name]) / 2 for name, value in losses.items()}
    differences = [divergence(ones[name].scores, others[name].scores) for name in ones]
    return {**means, "r_drop": r_drop * torch.stack(differences).sum()}


def require_candidate_scores(model: Model, option: str, without: str) -> None:
    """Raise an error if the model's family does not give the probabilities of its candidates.

    Args:
        model: The model.
        option: The option that needs them, with its value.
        without: The value of the option that needs none.

    Raises:
        ConfigError: The family has no method for them.
    """
    if type(model).candidate_scores is Model.candidate_scores:
        raise ConfigError(
            f"{option}: model {model.registered_name!r} does not give the probabilities of its "
            f"candidates: take {without}, or write its method candidate_scores"
        )


def clip_gradients(parameters: Iterable[nn.Parameter], limit: float | None) -> None:
    """Scale all gradients down together if their norm is above a limit.

    Args:
        parameters: Parameters; those without a gradient are skipped.
        limit: Largest norm of all gradients; None: nothing is changed.
    """
    if limit is not None:
        torch.nn.utils.clip_grad_norm_([p for p in parameters if p.grad is not None], limit)


def update_weights(optimizer: TorchOptimizer, limit: float | None) -> None:
    """Clip the gradients of an optimizer's parameters, update the weights, drop the gradients.

    Args:
        optimizer: The optimizer.
        limit: Largest norm of all gradients; None: they are not clipped.
    """
    clip_gradients(_parameters(optimizer), limit)
    optimizer.step()
    optimizer.zero_grad()


def _parameters(optimizer: TorchOptimizer) -> Iterable[nn.Parameter]:
    return (value for group in optimizer.param_groups for value in group["params"])


class UpdateSettings:
    """Settings that every trainer has: how gradients change the weights.

    Args:
        optimizer: Updates the weights.
        schedule: Course of the learning rate.
        gradient_clip: Largest norm of all gradients together; null: no limit.
        callbacks: Components that act on the model in the course of training.
        r_drop: Weight of R-Drop (https://arxiv.org/abs/2106.14448): every batch is scored twice
            with different dropout, and the symmetric divergence of the probabilities added to the
            mean of both losses; 0: off.
    """

    def __init__(
        self,
        optimizer: Factory[Optimizer],
        schedule: Factory[Schedule] = Factory(Schedule.by_name("linear")),
        gradient_clip: Annotated[float, Gt(0), Le(1_000_000)] | None = 1.0,
        callbacks: Sequence[Factory[TrainingCallback]] = (),
        r_drop: Annotated[float, Ge(0), Le(1000)] = 0.0,
    ) -> None:
        self.optimizer, self.schedule = optimizer, schedule
        self.gradient_clip, self.r_drop = gradient_clip, r_drop
        self.callbacks = [make() for make in callbacks]


@final
class Updates:
    """The updates of one training: its optimizer, learning rate, clipping and callbacks.

    A loop calls :meth:`start` once, then for every update :meth:`before_update`, :meth:`loss` and
    the backward pass of each batch, and :meth:`apply`. A loop that steps the optimizer and the
    learning rate itself (Lightning) calls :meth:`clip` and :meth:`after_update` instead of
    :meth:`apply`.

    Args:
        model: The model.
        settings: How it is updated; their callbacks serve this training only.
        total: Number of updates of the whole training.
        fused: Use one kernel for all parameters, see :meth:`Optimizer.build`.

    Attributes:
        finished: Number of finished updates.
        optimizer: The optimizer.
        rate: Sets the learning rate before every update.

    Raises:
        ConfigError: A callback or R-Drop and the model do not go together.
    """

    def __init__(
        self, model: Model, settings: UpdateSettings, total: int, fused: bool = True
    ) -> None:
        self.model, self.total, self.finished = model, total, 0
        self._callbacks, self._limit = settings.callbacks, settings.gradient_clip
        self._r_drop = settings.r_drop
        if self._r_drop > 0:
            require_candidate_scores(model, f"training.r_drop={self._r_drop}", "0")
        for callback in self._callbacks:
            callback.check(model)
        self._evaluating = False
        self.optimizer = settings.optimizer().build(model, model.encoder_parameters(), fused)
        schedule = settings.schedule()
        self.rate = LambdaLR(self.optimizer, lambda step: schedule.factor(step, total))

    def start(self, finished: int = 0) -> None:
        """Begin the training, or continue it.

        Args:
            finished: Number of updates before an interruption.
        """
        self.finished = finished
        for callback in self._callbacks:
            callback.start(self.model, finished, self.total)

    def before_update(self) -> None:
        """Begin an update, before its first batch."""
        self.end_evaluation()
        for callback in self._callbacks:
            callback.before_update(self.model, self.finished, self.total)

    def loss(
        self, batch: TrainingBatch, where: str, remedy: str, teacher: Lesson | None = None
    ) -> Tensor:
        """The loss of a batch; see :func:`loss_of`."""
        return loss_of(self.model, batch, where, remedy, self._r_drop, teacher)

    def clip(self) -> None:
        """Clip the gradients."""
        clip_gradients(_parameters(self.optimizer), self._limit)

    def apply(self, batches: int = 1) -> None:
        """Update the weights with the mean gradients of several batches, then the learning rate.

        Args:
            batches: Number of batches whose gradients were added up.
        """
        self.end_evaluation()
        if batches > 1:
            for parameter in _parameters(self.optimizer):
                if parameter.grad is not None:
                    parameter.grad /= batches
        update_weights(self.optimizer, self._limit)
        self.rate.step()
        self.after_update()

    def after_update(self) -> None:
        """Count an update, whose weights are in the model."""
        self.finished += 1
        for callback in self._callbacks:
            callback.after_update(self.model, self.finished, self.total)

    def begin_evaluation(self) -> None:
        """Give the model the weights to be scored and saved, unless it has them already."""
        if not self._evaluating:
            self._evaluating = True
            for callback in self._callbacks:
                callback.before_evaluation(self.model, self.finished, self.total)

    def end_evaluation(self) -> None:
        """Give the model the weights to be trained on, unless it has them already."""
        if self._evaluating:
            self._evaluating = False
            for callback in reversed(self._callbacks):  # the last to change is the first to restore
                callback.after_evaluation(self.model, self.finished, self.total)

    def end(self) -> None:
        """Give the model the weights that the training results in."""
        self.end_evaluation()
        for callback in self._callbacks:
            callback.end(self.model, self.finished, self.total)

    def state(self) -> list[dict[str, Any]]:
        """The state of each callback, for a checkpoint."""
        return [callback.state_dict() for callback in self._callbacks]

    def restore(self, state: list[dict[str, Any]]) -> None:
        """Continue from what :meth:`state` returned, before :meth:`start`."""
        for callback, stored in zip(self._callbacks, state, strict=True):
            callback.load_state_dict(stored)
