"""Lightning's loop: made from the settings of a training, and run to its last epoch."""

import logging
import signal
import threading
import warnings
from pathlib import Path

from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch import Trainer
from lightning.pytorch.callbacks import Callback, ModelCheckpoint, RichProgressBar

from jointre.errors import ConfigError
from jointre.training.experiment import TrainingSettings
from jointre.training.lightning_callbacks import Epochs, WholeFileCheckpoints
from jointre.training.module import TrainingModule
from jointre.training.progress import ProgressLines
from jointre.training.run_dir import RunDirectory


def fit(trainer: Trainer, module: TrainingModule, checkpoint: Path | None) -> None:
    """Run the loop to the last epoch.

    Args:
        trainer: The loop.
        module: What it trains.
        checkpoint: Checkpoint of the interrupted run to continue; None: train from the start.
    """
    module.batches.rank, module.batches.world = trainer.global_rank, trainer.world_size
    resume = None if checkpoint is None else str(checkpoint)
    handler = signal.getsignal(signal.SIGINT)
    with warnings.catch_warnings():
        _quiet()
        try:
            trainer.fit(module, ckpt_path=resume, weights_only=True)
        except SystemExit:  # how the trainer ends when it is interrupted
            raise KeyboardInterrupt from None
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGINT, handler)  # the trainer ignores it once interrupted
    if trainer.interrupted:
        raise KeyboardInterrupt


def make_trainer(
    settings: TrainingSettings, run: RunDirectory, epochs: Epochs, progress: bool, dev: bool
) -> Trainer:
    """Lightning's loop for a training.

    Args:
        settings: The ``training`` section.
        run: The run directory, which gets the checkpoints.
        epochs: Records what each epoch results in.
        progress: Whether to show a progress bar.
        dev: Whether there is dev data to score after every epoch.

    Raises:
        ConfigError: The machine or the installation lacks what the settings ask for.
    """
    with warnings.catch_warnings():
        _quiet()
        try:
            return Trainer(
                accelerator=settings.accelerator,
                devices=settings.devices,
                strategy=_strategy(settings),
                precision=settings.precision,
                max_epochs=settings.epochs,
                accumulate_grad_batches=settings.accumulate,
                reload_dataloaders_every_n_epochs=1,
                num_sanity_val_steps=0,
                limit_val_batches=1.0 if dev else 0,
                use_distributed_sampler=False,
                logger=False,  # loggers are added when the run directory is open
                callbacks=_lightning_callbacks(run, epochs, progress),
                plugins=[WholeFileCheckpoints(run.previous)],
                enable_progress_bar=progress,
                enable_model_summary=False,
                log_every_n_steps=10,
            )
        except (MisconfigurationException, RuntimeError, ValueError) as error:
            raise ConfigError(
                f"training.accelerator={settings.accelerator!r}, devices={settings.devices}, "
                f"precision={settings.precision!r}: not available here "
                f"({str(error).strip().splitlines()[0]}); accelerator 'auto', devices 1 and "
                "precision '32' work everywhere"
            ) from error


def _strategy(settings: TrainingSettings) -> str:
    """How several devices share the work.

    A callback may deactivate parameters; they get no gradients, for which the processes would
    wait forever unless they look for unused parameters.
    """
    unused = settings.devices > 1 and bool(settings.callbacks)
    return "ddp_find_unused_parameters_true" if unused else "auto"


def _lightning_callbacks(run: RunDirectory, epochs: Epochs, progress: bool) -> list[Callback]:
    return [
        epochs,
        ModelCheckpoint(
            run.checkpoint.parent,
            filename=run.checkpoint.stem,
            save_on_train_epoch_end=True,
            enable_version_counter=False,
        ),
        RichProgressBar() if progress else ProgressLines(epochs.write_line),
    ]


def _quiet() -> None:
    """Hide Lightning's advice about workers and hardware, which does not help users."""
    warnings.filterwarnings("ignore", module="lightning")
    for name in ("lightning", "lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
