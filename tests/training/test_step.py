"""The loss of a batch, and the limit of gradients."""

from pathlib import Path

import pytest
import torch
from torch import nn

from jointre.errors import RunError
from jointre.models import Model, TrainingBatch, archive
from jointre.testing.tiny import tiny_documents
from jointre.training.step import clip_gradients, loss_of
from tests.models.prepared import training_batch


def prepared(run: Path) -> tuple[Model, TrainingBatch]:
    model = archive.load(run).model
    units = [document for document in tiny_documents() if not document.entities]
    return model, training_batch(model, units)


def test_the_sum_of_the_tasks(tiny_run: Path) -> None:
    model, batch = prepared(tiny_run)
    losses = model.losses(model(batch.stages), batch.targets)
    total = loss_of(model, batch, "update 1", "Stop.")
    torch.testing.assert_close(total, torch.stack([*losses.values()]).sum())
    assert total > 0


def test_a_loss_that_is_not_finite(tiny_run: Path) -> None:
    model, batch = prepared(tiny_run)
    for parameter in model.classifiers["entity"].parameters():
        nn.init.constant_(parameter, float("nan"))
    with pytest.raises(RunError) as caught:
        loss_of(model, batch, "epoch 2, batch 7", "Lower the rate.")
    assert str(caught.value) == (
        "the loss is not finite in epoch 2, batch 7 (entity nan, relation 0.0). Lower the rate."
    )


@pytest.mark.parametrize(("limit", "expected"), [(None, [3.0, 4.0]), (1.0, [0.6, 0.8])])
def test_clipping_is_by_the_norm_of_all(limit: float | None, expected: list[float]) -> None:
    parameters = [nn.Parameter(torch.zeros(1)) for _ in range(3)]
    for parameter, value in zip(parameters, (3.0, 4.0), strict=False):
        parameter.grad = torch.tensor([value])
    clip_gradients(parameters, limit)
    grads = [parameter.grad.item() for parameter in parameters if parameter.grad is not None]
    assert grads == pytest.approx(expected, abs=1e-5)
