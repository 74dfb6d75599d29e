"""Lightning's loop: what the settings of a training make of it, and how it ends."""

import signal
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from lightning.pytorch import Trainer
from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar

from jointre.config import Factory, construct
from jointre.errors import ConfigError
from jointre.training.batches import TrainingBatches
from jointre.training.best import BestArchive
from jointre.training.experiment import TrainingSettings
from jointre.training.lightning_callbacks import Epochs
from jointre.training.module import TrainingModule
from jointre.training.progress import ProgressLines
from jointre.training.run_dir import RunDirectory
from jointre.training.trainer import fit, make_trainer


def trainer_of(path: Path, progress: bool = False, dev: bool = True, **options: Any) -> Trainer:
    """The loop of a training with a few settings."""
    section = {
        "epochs": 3,
        "batch_size": 2,
        "optimizer": {"type": "adam", "lr": 0.001},
        "protocol": "spert",
        **options,
    }
    settings = construct(Factory[TrainingSettings], section, "training")()
    run = RunDirectory(path)
    epochs = Epochs(run, BestArchive(path, {}, {}), [], None, lambda line: None)
    return make_trainer(settings, run, epochs, progress, dev)


def test_settings_of_the_loop(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, accumulate=4)
    assert (trainer.max_epochs, trainer.accumulate_grad_batches) == (3, 4)
    assert trainer.limit_val_batches == 1.0
    assert trainer_of(tmp_path, dev=False).limit_val_batches == 0


def test_checkpoints_go_into_the_run_directory(tmp_path: Path) -> None:
    checkpoint = trainer_of(tmp_path).checkpoint_callback
    assert isinstance(checkpoint, ModelCheckpoint)
    run = RunDirectory(tmp_path)
    assert (checkpoint.dirpath, checkpoint.filename) == (
        str(run.checkpoint.parent),
        run.checkpoint.stem,
    )


@pytest.mark.parametrize(("progress", "kind"), [(True, RichProgressBar), (False, ProgressLines)])
def test_how_progress_is_shown(tmp_path: Path, progress: bool, kind: type) -> None:
    callbacks = trainer_of(tmp_path, progress).callbacks
    assert sum(isinstance(callback, RichProgressBar | ProgressLines) for callback in callbacks) == 1
    assert any(isinstance(callback, kind) for callback in callbacks)


def test_a_device_that_is_not_there(tmp_path: Path) -> None:
    message = r"training.accelerator='gpu', devices=1000, precision='32': not available here"
    with pytest.raises(ConfigError, match=message):
        trainer_of(tmp_path, accelerator="gpu", devices=1000)


def test_an_interrupted_loop_leaves_ctrl_c_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lightning ends with SystemExit and ignores further interrupts of the whole process."""

    def interrupted(*arguments: Any, **options: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise SystemExit(1)

    trainer, module = trainer_of(tmp_path), Mock(spec=TrainingModule)
    module.batches = Mock(spec=TrainingBatches)
    monkeypatch.setattr(trainer, "fit", interrupted)
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        fit(trainer, module, None)
    assert signal.getsignal(signal.SIGINT) is handler
    assert (module.batches.rank, module.batches.world) == (0, 1)
