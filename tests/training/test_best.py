"""The archive of the best epoch so far, in runs that were interrupted."""

import json
import logging
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from jointre import load
from jointre.errors import ArchiveError
from jointre.models import archive
from jointre.training.best import BestArchive
from jointre.training.lightning_callbacks import Epochs
from jointre.training.module import TrainingModule
from jointre.training.run import train
from tests.tiny_runs import experiment


def interrupted(
    folder: Path, path: Path, values: list[float], changes: dict[str, Any] | None = None
) -> None:
    """Train with these dev scores; Ctrl-C after the last of them."""
    end, number = Epochs.on_train_epoch_end, iter(range(len(values) + 1))
    config = experiment(folder, {"training.epochs": len(values) + 2, **(changes or {})})

    def scored(self: Epochs, trainer: Any, module: TrainingModule) -> None:
        epoch = next(number)
        if epoch == len(values):
            raise KeyboardInterrupt
        if module.report is not None:
            flat = {**module.report.flat(), "entity_f1": values[epoch]}
            patch.setattr(type(module.report), "flat", lambda report: flat)
        end(self, trainer, module)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Epochs, "on_train_epoch_end", scored)
        with pytest.raises(KeyboardInterrupt):
            train(config, path, log=lambda line: None)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_an_interrupted_run_predicts_with_its_best_epoch(
    tiny_data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    interrupted(tiny_data, tmp_path, [0.2, 0.7, 0.3])
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == [
        "epoch-2",
        "last.ckpt",
        "previous.ckpt",
    ]
    with caplog.at_level(logging.WARNING):
        extract = load(tmp_path, device="cpu")
    assert caplog.messages == [
        f"{tmp_path}: its training has not finished; using the weights of epoch 2, the best so "
        "far; continue with jointre train --recover"
    ]
    assert extract("Morag Finlayson lives in Ullapool.").tokens[0] == "Morag"
    about = archive.load(tmp_path).about
    assert about["scores"]["epoch"] == 2
    assert about["scores"]["dev"]["protocol"] == "spert"


def test_a_tie_moves_the_best_epoch_but_not_the_patience(tiny_data: Path, tmp_path: Path) -> None:
    """Epoch 3 is the last of those that score best; patience 3 counts from epoch 1."""
    end, values = Epochs.on_train_epoch_end, iter([0.5, 0.4, 0.5, 0.3, 0.9, 0.9])
    states: list[dict[str, torch.Tensor]] = []

    def scored(self: Epochs, trainer: Any, module: TrainingModule) -> None:
        assert module.report is not None
        flat = {**module.report.flat(), "entity_f1": next(values)}
        patch.setattr(type(module.report), "flat", lambda report: flat)
        states.append({n: value.clone() for n, value in module.model.state_dict().items()})
        end(self, trainer, module)

    config = experiment(tiny_data, {"training.epochs": 6, "training.patience": 3})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Epochs, "on_train_epoch_end", scored)
        result = train(config, tmp_path, log=lambda line: None)
    assert result.metrics["best"]["epoch"] == 3
    assert result.metrics["last"]["epoch"] == 4
    saved = archive.load(tmp_path).model.state_dict()
    assert all(torch.equal(saved[name], value) for name, value in states[2].items())


def test_without_dev_the_last_finished_epoch_is_used(
    tiny_data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    interrupted(tiny_data, tmp_path, [0.0, 0.0], {"data.dev": None, "data.test": None})
    assert archive.load(tmp_path).about["scores"] == {"epoch": 2}
    assert caplog.messages == [
        f"{tmp_path}: its training has not finished; using the weights of epoch 2, the last that "
        "ended (there is no dev data to compare); continue with jointre train --recover"
    ]
    checkpoint = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
    saved = load_file(tmp_path / "checkpoints" / "epoch-2" / "model.safetensors")
    for name, value in saved.items():
        assert torch.equal(value, checkpoint["state_dict"][f"model.{name}"])


def test_before_the_first_epoch_ends_there_is_no_model(tiny_data: Path, tmp_path: Path) -> None:
    interrupted(tiny_data, tmp_path, [])
    with pytest.raises(ArchiveError, match="no epoch of its training has finished, so there is"):
        archive.load(tmp_path)


def test_the_previous_archive_is_kept_until_the_new_one_is_complete(
    tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = archive.load(tiny_run)
    best = BestArchive(tmp_path, loaded.config, {"seed": 3})
    best.save(loaded.model, 8, None)
    monkeypatch.setattr(archive, "save_file", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(ArchiveError, match=r"epoch-11: the archive cannot be written \(full\)"):
        best.save(loaded.model, 10, None)
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-9"]
    monkeypatch.undo()
    best.save(loaded.model, 10, {"protocol": "spert"})
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-11"]
    stored = json.loads((tmp_path / "epoch-11" / "config.json").read_text())["about"]
    assert stored == {"seed": 3, "scores": {"epoch": 11, "dev": {"protocol": "spert"}}}
    with torch.no_grad():
        next(loaded.model.parameters()).zero_()
    best.restore(loaded.model, 10)
    assert any(value.any() for value in next(loaded.model.parameters()))
