"""Trainings that cannot go on: they say why, keep what is good and can be recovered."""

import csv
import errno
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch

from jointre.errors import ArchiveError, ConfigError, JointreError, RunError
from jointre.models import SpanModel, archive
from jointre.training.lightning_callbacks import Epochs
from jointre.training.module import TrainingModule
from jointre.training.run import Result, train
from tests.tiny_runs import experiment


def run(folder: Path, path: Path, changes: dict[str, Any] | None = None, **options: Any) -> Result:
    config = experiment(folder, {"training.epochs": 1, **(changes or {})})
    return train(config, path, **{"log": lambda line: None, **options})


def weights(path: Path) -> bytes:
    return (path / "archive" / "model.safetensors").read_bytes()


def metrics(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((path / "metrics.json").read_text())
    return loaded


def rows(path: Path) -> list[dict[str, str]]:
    with (path / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_loss_that_is_not_finite(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Training stops in the second epoch; the first one's checkpoint stays."""
    losses, calls = SpanModel.losses, 0

    def broken(self: SpanModel, output: Any, targets: Any) -> Any:
        nonlocal calls
        calls += 1
        made = losses(self, output, targets)
        return made if calls != 8 else {**made, "relation": made["relation"] * float("nan")}

    monkeypatch.setattr(SpanModel, "losses", broken)
    with pytest.raises(RunError) as caught:
        run(tiny_data, tmp_path, {"training.epochs": 3})
    message = str(caught.value)
    assert message.startswith(
        "the loss is not finite in epoch 2, batch 2, documents newswire-train-"
    )
    assert "relation nan). The checkpoint" in message
    assert message.endswith(
        "The checkpoint of the last finished epoch is kept. Correct these documents and go on "
        "with --recover, or lower training.optimizer.lr or training.gradient_clip and start "
        "again in another directory"
    )
    assert len(rows(tmp_path)) == 1
    assert torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)["epoch"] == 0
    monkeypatch.undo()
    run(tiny_data, tmp_path, {"training.epochs": 3}, recover=True)
    assert len(rows(tmp_path)) == 3


def test_weights_that_are_not_finite_are_not_kept(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spoilt by the last update of an epoch, which no loss shows any more."""
    end = Epochs.on_train_epoch_end

    def spoil(self: Epochs, trainer: Any, module: TrainingModule) -> None:
        if trainer.current_epoch == 1:
            next(module.model.parameters()).data.fill_(float("nan"))
        end(self, trainer, module)

    monkeypatch.setattr(Epochs, "on_train_epoch_end", spoil)
    with pytest.raises(RunError, match=r"the weights are not finite at the end of epoch 2 \(.+ f"):
        run(tiny_data, tmp_path, {"training.epochs": 3})
    saved = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
    assert all(value.isfinite().all() for value in saved["state_dict"].values())
    assert len(rows(tmp_path)) == 1


def test_an_absurd_rate_is_refused_before_training(tiny_data: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"training\.optimizer\.lr: .+ is not accepted: a number"):
        run(tiny_data, tmp_path / "run", {"training.optimizer.lr": 1e30})
    assert not (tmp_path / "run").exists()


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("part", ["checkpoint", "best weights"])
def test_a_disk_that_fills_up(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """In the third epoch; the second one's checkpoint stays and the run can go on."""
    name = (
        "models.archive.save_file"
        if part == "best weights"
        else "training.lightning_callbacks.torch.save"
    )
    original, calls = (archive.save_file if part == "best weights" else torch.save), 0

    def fills(content: Any, file: Any) -> None:
        nonlocal calls
        calls += 1
        if calls < (1 if part == "best weights" else 3):
            original(content, file)
            return
        target = Path(file) if part == "best weights" else Path(file.name)
        target.write_bytes(b"half")
        full()

    monkeypatch.setattr(f"jointre.{name}", fills)
    with pytest.raises(JointreError) as caught:
        run(tiny_data, tmp_path, {"training.epochs": 4})
    kept = tmp_path / "checkpoints"
    assert str(caught.value) == (
        f"{kept}/epoch-1: the archive cannot be written (No space left on device); make room and "
        "save it again (a training goes on with --recover)"
        if part == "best weights"
        else f"{kept}/last.ckpt cannot be written (No space left on device); what was there "
        "before is kept. Make room, then go on with --recover"
    )
    monkeypatch.undo()
    assert not [path for path in kept.iterdir() if path.name.startswith(".")]
    if part == "checkpoint":
        assert torch.load(kept / "last.ckpt", weights_only=True)["epoch"] == 1
    run(tiny_data, tmp_path, {"training.epochs": 4}, recover=True)
    assert len(rows(tmp_path)) == 4


def test_a_disk_that_fills_up_at_the_archive(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = archive.save_file

    def fills(content: Any, file: Path) -> None:
        (full if file.parent.parent == tmp_path else original)(content, file)

    monkeypatch.setattr(archive, "save_file", fills)
    with pytest.raises(ArchiveError) as caught:
        run(tiny_data, tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / 'archive'}: the archive cannot be written (No space left on device); make "
        "room and save it again (a training goes on with --recover)"
    )
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    monkeypatch.undo()
    run(tiny_data, tmp_path, recover=True)
    assert (tmp_path / "archive" / "config.json").exists()


def test_an_interruption(tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = TrainingModule.training_step
    handler = signal.getsignal(signal.SIGINT)

    def interrupted(self: TrainingModule, batch: Any, number: int) -> Any:
        if self.current_epoch == 1 and number == 2:
            raise KeyboardInterrupt
        return step(self, batch, number)

    monkeypatch.setattr(TrainingModule, "training_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(tiny_data, tmp_path, {"training.epochs": 3})
    assert signal.getsignal(signal.SIGINT) is handler
    monkeypatch.undo()
    run(tiny_data, tmp_path, {"training.epochs": 3}, recover=True)
    assert len(rows(tmp_path)) == 3
