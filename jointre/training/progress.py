"""Lines about the progress of long work, for log files and other places without a terminal."""

import time
from collections.abc import Callable
from typing import Any

from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback

from jointre.training.module import TrainingModule

INTERVAL = 50.0  # seconds; below a minute, so that a slow step does not make it longer


class Pace:
    """Decides when the next line is due.

    Args:
        clock: Function that returns the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.restart()

    def restart(self) -> None:
        """Start to measure."""
        self.began = self.last_line = self.last_step = self.clock()

    def due(self) -> bool:
        """Whether to print a line now, because the next step could end after the interval."""
        now = self.clock()
        step, self.last_step = now - self.last_step, now
        if now - self.last_line + step < INTERVAL:
            return False
        self.last_line = now
        return True

    def remaining(self, finished: int, total: int) -> str:
        """Rate and remaining time.

        Args:
            finished: Number of steps since the start, at least 1.
            total: Number of all steps since the start.
        """
        seconds = max(self.last_step - self.began, 1e-9)
        rate = finished / seconds
        shown = f"{rate:.1f} steps/s" if rate >= 1 else f"{1 / rate:.1f} s per step"
        return f"{shown}, {duration((total - finished) / rate)} left"


class ProgressLines(Callback):
    """Reports a training at least every minute: step, loss, rate and time left.

    The rate is that of this process, scoring of dev included.

    Args:
        log: Function that is called with each line.
        clock: Function that returns the time in seconds.
    """

    def __init__(
        self, log: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self.pace = Pace(clock)
        self.steps_before = 0

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start to measure; a resumed training has already done some of its steps."""
        assert isinstance(pl_module, TrainingModule)
        self.steps_before = trainer.current_epoch * len(pl_module.batches)
        self.pace.restart()

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Report a step if it is time."""
        if self.pace.due() and trainer.is_global_zero:
            assert isinstance(pl_module, TrainingModule)
            size = len(pl_module.batches)
            self._report(trainer, size, trainer.current_epoch * size + batch_idx + 1, "")

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Report a batch of dev if it is time."""
        if self.pace.due() and trainer.is_global_zero:
            assert isinstance(pl_module, TrainingModule)
            size, dev = len(pl_module.batches), len(pl_module.dev.batches)
            scoring = f" (scoring dev: batch {batch_idx + 1:,} of {dev:,})"
            self._report(trainer, size, (trainer.current_epoch + 1) * size, scoring)

    def _report(self, trainer: Trainer, size: int, step: int, scoring: str) -> None:
        epochs = trainer.max_epochs or 1
        finished, total = step - self.steps_before, epochs * size - self.steps_before
        remaining = self.pace.remaining(finished, total)
        loss = float(trainer.callback_metrics["loss_step"])
        self._log(
            f"epoch {trainer.current_epoch + 1} of {epochs}, step {step:,} of {epochs * size:,}"
            f"{scoring}: loss {loss:.4f}, {remaining}"
        )


class Counted:
    """Reports work on units at least every minute; call it with the number of finished units.

    Args:
        title: Description of the work.
        total: Number of units in all.
        log: Function that is called with each line.
        clock: Function that returns the time in seconds.
    """

    def __init__(
        self,
        title: str,
        total: int,
        log: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.title, self.total, self._log = title, total, log
        self.pace, self.finished = Pace(clock), 0

    def __call__(self, units: int) -> None:
        """Count finished units and report them if it is time."""
        self.finished += units
        if self.pace.due():
            remaining = self.pace.remaining(self.finished, self.total).replace("step", "unit")
            self._log(f"{self.title}: {self.finished:,} of {self.total:,} units, {remaining}")


def duration(seconds: float) -> str:
    """A time in its two largest units.

    Example:
        >>> duration(59.2), duration(125), duration(7500)
        ('59 s', '2 min', '2 h 5 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
