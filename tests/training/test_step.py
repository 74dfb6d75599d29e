"""The loss of a batch, the limit of gradients, and the course of updates."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from jointre.config import Factory, construct
from jointre.errors import ConfigError, RunError
from jointre.models import Model, SpanModel, TrainingBatch, archive
from jointre.testing.tiny import tiny_documents, tiny_texts, tiny_vocabulary
from jointre.training.callbacks import TrainingCallback
from jointre.training.optimizers import PlainAdam
from jointre.training.run import train
from jointre.training.schedules import LinearSchedule
from jointre.training.step import Updates, UpdateSettings, clip_gradients, loss_of
from tests.models.prepared import training_batch
from tests.tiny_runs import document_model, experiment, table_model


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


def test_r_drop_adds_how_much_two_passes_differ(tiny_run: Path) -> None:
    model, batch = prepared(tiny_run)
    model.eval()
    plain = loss_of(model, batch, "update 1", "Stop.")
    same = loss_of(model, batch, "update 1", "Stop.", r_drop=1.0)
    torch.testing.assert_close(same, plain)  # without dropout both passes agree


def test_r_drop_with_dropout_grows_with_its_weight(tiny_run: Path) -> None:
    model, batch = prepared(tiny_run)
    model.train()
    values = []
    for r_drop in (1e-9, 1.0, 2.0):
        torch.manual_seed(0)
        values.append(loss_of(model, batch, "update 1", "Stop.", r_drop))
    torch.testing.assert_close(values[2] - values[1], values[1] - values[0])
    assert values[1] > values[0]


@pytest.mark.parametrize("family", ["span", "table", "document"])
def test_r_drop_of_every_family(tiny_data: Path, family: str) -> None:
    """Both passes agree without dropout; with dropout R-Drop adds something that has gradients."""
    encoder = tiny_data / "encoder"
    sections = {
        "span": experiment(tiny_data)["model"],
        "table": table_model(encoder),
        "document": document_model(encoder),
    }
    model: Model = construct(Factory[Model], sections[family])(vocabulary=tiny_vocabulary())
    documents = tiny_texts() if model.unit == "document" else tiny_documents()
    batch = training_batch(model.eval(), [unit for unit in documents if unit.tokens])
    losses = [loss_of(model, batch, "update 1", "Stop.", r_drop) for r_drop in (0.0, 5.0)]
    torch.testing.assert_close(losses[1], losses[0])
    model.train()
    values = []
    for r_drop in (1e-9, 5.0):
        torch.manual_seed(0)
        values.append(loss_of(model, batch, "update 1", "Stop.", r_drop))
    assert values[1] > values[0]
    values[1].backward()
    assert all(value.grad is None or value.grad.isfinite().all() for value in model.parameters())


def test_r_drop_needs_probabilities(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first batch, and before anything is written."""
    monkeypatch.setattr(SpanModel, "candidate_scores", Model.candidate_scores)
    with pytest.raises(ConfigError, match=r"training\.r_drop=1\.0: model 'span' does not give"):
        train(experiment(tiny_data, {"training.r_drop": 1.0}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_training_with_r_drop(tiny_data: Path, tmp_path: Path) -> None:
    """With averaged weights, several batches per update and reduced precision."""
    changes = {
        "training.r_drop": 1.0,
        "training.accumulate": 2,
        "training.precision": "bf16-mixed",
        "training.callbacks": [{"type": "ema", "decay": 0.9}],
        "training.epochs": 1,
        "data.test": None,
    }
    train(experiment(tiny_data, changes), tmp_path / "run")
    assert (tmp_path / "run" / "metrics.json").exists()


@pytest.mark.parametrize(("limit", "expected"), [(None, [3.0, 4.0]), (1.0, [0.6, 0.8])])
def test_clipping_is_by_the_norm_of_all(limit: float | None, expected: list[float]) -> None:
    parameters = [nn.Parameter(torch.zeros(1)) for _ in range(3)]
    for parameter, value in zip(parameters, (3.0, 4.0), strict=False):
        parameter.grad = torch.tensor([value])
    clip_gradients(parameters, limit)
    grads = [parameter.grad.item() for parameter in parameters if parameter.grad is not None]
    assert grads == pytest.approx(expected, abs=1e-5)


def noted(name: str) -> Any:
    def event(self: "Notes", model: Model, step: int, total: int) -> None:
        self.events.append((name, step, total))

    return event


class Notes(TrainingCallback):
    """Notes every event."""

    events: list[tuple[str, int, int]]

    def __init__(self) -> None:
        self.events = []

    start, end = noted("start"), noted("end")
    before_update, after_update = noted("before"), noted("after")
    before_evaluation, after_evaluation = noted("evaluate"), noted("evaluated")


def updates_of(model: Model, callbacks: list[TrainingCallback], total: int) -> Updates:
    schedule = Factory(LinearSchedule, warmup=0.0)
    settings = UpdateSettings(Factory(PlainAdam, lr=0.5), schedule, gradient_clip=None)
    settings.callbacks = callbacks
    return Updates(model, settings, total)


def test_updates_by_hand(tiny_run: Path) -> None:
    """Gradients of two batches are averaged and dropped; the rate falls after the update."""
    model, _ = prepared(tiny_run)
    updates = updates_of(model, [], 4)
    value = next(model.classifiers["entity"].parameters())
    before = value.detach().clone()
    value.grad = torch.full_like(value, 6.0)
    updates.start()
    updates.apply(batches=2)
    assert value.grad is None
    torch.testing.assert_close(value.detach(), before - 0.5)  # Adam's first step is its rate
    assert updates.optimizer.state[value]["exp_avg"].flatten()[0] == pytest.approx(0.1 * 3.0)
    assert updates.rate.get_last_lr() == [0.375]
    assert updates.finished == 1


def test_an_evaluation_is_one_phase(tiny_run: Path) -> None:
    """It begins once, however often it is asked for, and ends before the next update."""
    model, _ = prepared(tiny_run)
    notes, inner = Notes(), Notes()
    inner.events = notes.events
    updates = updates_of(model, [notes, inner], 2)
    updates.start()
    updates.end_evaluation()
    for _ in range(2):
        updates.before_update()
        updates.apply()
        updates.begin_evaluation()
        updates.begin_evaluation()
    updates.end()
    assert notes.events[::2] == [
        ("start", 0, 2),
        *[("before", 0, 2), ("after", 1, 2), ("evaluate", 1, 2), ("evaluated", 1, 2)],
        *[("before", 1, 2), ("after", 2, 2), ("evaluate", 2, 2), ("evaluated", 2, 2)],
        ("end", 2, 2),
    ]


def test_the_last_callback_restores_first(tiny_run: Path) -> None:
    model, _ = prepared(tiny_run)
    order: list[str] = []
    callbacks: list[TrainingCallback] = []
    for name in ("a", "b"):
        notes = Notes()
        for event in ("before_evaluation", "after_evaluation"):
            setattr(notes, event, lambda *given, said=f"{event} {name}": order.append(said))
        callbacks.append(notes)
    updates = updates_of(model, callbacks, 1)
    updates.begin_evaluation()
    updates.end_evaluation()
    assert order == [f"before_evaluation {name}" for name in "ab"] + [
        f"after_evaluation {name}" for name in "ba"
    ]


@pytest.mark.parametrize("dev", [True, False])
def test_the_events_of_a_training(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dev: bool
) -> None:
    """Six batches an epoch, four of them (or the last two) make an update; each epoch is saved."""
    notes = Notes()
    made = UpdateSettings.__init__

    def added(self: UpdateSettings, *given: Any) -> None:
        made(self, *given)
        self.callbacks.append(notes)

    monkeypatch.setattr(UpdateSettings, "__init__", added)
    changes = {"training.epochs": 2, "training.accumulate": 4, "data.test": None}
    changes |= {} if dev else {"data.dev": None}
    train(experiment(tiny_data, changes), tmp_path / "run")
    epochs = [
        *[("before", 0, 4), ("after", 1, 4), ("before", 1, 4), ("after", 2, 4)],
        *[("evaluate", 2, 4), ("evaluated", 2, 4)],
        *[("before", 2, 4), ("after", 3, 4), ("before", 3, 4), ("after", 4, 4)],
        *[("evaluate", 4, 4), ("evaluated", 4, 4)],
    ]
    assert notes.events == [("start", 0, 4), *epochs, ("end", 4, 4)]
