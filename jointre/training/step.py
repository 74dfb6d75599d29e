"""One training step: the loss of a batch, checked, and the limit of the gradients."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from jointre.errors import RunError
from jointre.models.model import Model, TrainingBatch


def loss_of(model: Model, batch: TrainingBatch, place: str, remedy: str) -> Tensor:
    """The sum of the tasks' losses of a batch.

    Args:
        model: The model, in training mode.
        batch: The batch, on the model's device.
        place: Where in the training the batch is, for the error, such as ``"epoch 2, batch 7"``.
        remedy: What the user can do, for the error: one or more sentences.

    Raises:
        RunError: The loss is not finite.
    """
    losses = model.losses(model(batch.stages), batch.targets)
    total = torch.stack(list(losses.values())).sum()
    if not bool(total.isfinite()):
        parts = ", ".join(f"{name} {value.item()}" for name, value in losses.items())
        raise RunError(f"the loss is not finite in {place} ({parts}). {remedy}")
    return total


def clip_gradients(parameters: Iterable[nn.Parameter], limit: float | None) -> None:
    """Scale all gradients down together if their norm is above a limit.

    Args:
        parameters: Parameters; those without a gradient are skipped.
        limit: Largest norm of all gradients; None: nothing is changed.
    """
    if limit is not None:
        torch.nn.utils.clip_grad_norm_([p for p in parameters if p.grad is not None], limit)
