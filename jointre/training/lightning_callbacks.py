"""What happens at the end of an epoch: save the best weights, write the scores."""

import csv
import io
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from lightning.fabric.plugins import TorchCheckpointIO
from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback

from jointre.errors import RunError
from jointre.training.best import BestArchive
from jointre.training.module import TrainingModule
from jointre.training.run_dir import RunDirectory, replace_text, replaced

Row = dict[str, float | int]
"""An epoch's number, loss and dev scores."""


class Epochs(Callback):
    """Saves the weights of the best epoch and the scores of all epochs; its state is checkpointed.

    Among epochs with equal scores, the last is the best one, because it was trained longest;
    patience counts from the first of them. Without dev scores, every epoch replaces the previous.

    Args:
        run: The run directory.
        best: Keeps the archive of the best epoch.
        monitor: Dev scores whose sum selects the best epoch.
        patience: Epochs without a better score after which training stops.
        log: Called with a line about each epoch.
    """

    def __init__(
        self,
        run: RunDirectory,
        best: BestArchive,
        monitor: list[str],
        patience: int | None,
        log: Callable[[str], None],
    ) -> None:
        self.run, self.best, self.monitor = run, best, monitor
        self.patience, self.write_line = patience, log
        self.rows: list[Row] = []
        self.best_epoch = self.improved_epoch = -1
        self.best_value = float("-inf")
        self.reports: dict[str, dict[str, Any]] = {}
        self._began = 0.0

    def state_dict(self) -> dict[str, Any]:
        """The state that a recovered run needs, as plain values."""
        return {
            "rows": self.rows,
            "best_epoch": self.best_epoch,
            "improved_epoch": self.improved_epoch,
            "best_value": self.best_value,
            "reports": self.reports,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a checkpoint."""
        self.rows = state_dict["rows"]
        self.best_epoch = state_dict["best_epoch"]
        self.improved_epoch = state_dict["improved_epoch"]
        self.best_value = state_dict["best_value"]
        self.reports = state_dict["reports"]

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Stop at once if the patience of the recovered run was already exhausted."""
        if self.rows:
            self._stop_if_exhausted(trainer, len(self.rows) - 1)

    def _stop_if_exhausted(self, trainer: Trainer, epoch: int) -> None:
        scored = self.improved_epoch >= 0
        if scored and self.patience is not None and epoch - self.improved_epoch >= self.patience:
            trainer.should_stop = True

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the epoch's clock."""
        self._began = time.perf_counter()

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Compare with the best epoch and write the scores.

        Raises:
            RunError: Weights are not finite; no file has changed.
            ArchiveError: The best weights cannot be written.
        """
        assert isinstance(pl_module, TrainingModule)
        pl_module.updates.begin_evaluation()  # unless the scoring of dev began it
        self._compare_and_save(trainer, pl_module)
        pl_module.updates.end_evaluation()

    def _compare_and_save(self, trainer: Trainer, pl_module: TrainingModule) -> None:
        epoch = trainer.current_epoch
        require_finite(pl_module.model, epoch)
        row: Row = {
            "epoch": epoch + 1,
            "loss": float(trainer.callback_metrics.get("loss_epoch", torch.tensor(0.0))),
        }
        report = pl_module.report
        if report is None:
            self._save(trainer, pl_module, epoch)
        else:
            flat = report.flat()
            row |= flat
            if pl_module.recall.gold_mentions:
                row["span_recall"] = pl_module.recall.ratio
            self.reports["last"] = report.to_dict()
            value = sum(flat[name] for name in self.monitor)
            if value > self.best_value:
                self.best_value, self.improved_epoch = value, epoch
            if value == self.best_value:
                self.best_epoch = epoch
                self.reports["best"] = report.to_dict()
                self._save(trainer, pl_module, epoch)
            self._stop_if_exhausted(trainer, epoch)
        self.rows = [*self.rows[:epoch], row]
        if trainer.is_global_zero:
            replace_text(self.run.history, as_csv(self.rows))
            self.write_line(self._line(row))

    def _save(self, trainer: Trainer, pl_module: TrainingModule, epoch: int) -> None:
        if trainer.is_global_zero:
            dev = None if pl_module.report is None else pl_module.report.to_dict()
            self.best.save(pl_module.model, epoch, dev)

    def _line(self, row: Row) -> str:
        seconds = time.perf_counter() - self._began
        scores = ", ".join(f"{name} {100 * row[name]:.2f}" for name in self.monitor if name in row)
        if "span_recall" in row:
            scores += f", span_recall {100 * row['span_recall']:.2f}"
        dev = f", dev {scores}" if scores else ""
        return f"epoch {row['epoch']:.0f}: loss {row['loss']:.4f}{dev}, {seconds:.0f} s"


class WholeFileCheckpoints(TorchCheckpointIO):
    """Writes a checkpoint to a draft first, and keeps the checkpoint of the previous epoch.

    So a process that is killed leaves the old checkpoint, and if the disk damages the new one, the
    previous one remains.

    Args:
        previous: Path to which the checkpoint of the previous epoch is moved.
    """

    def __init__(self, previous: Path) -> None:
        super().__init__()
        self._previous = previous

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Replace the checkpoint."""
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with replaced(target) as work:
            with work.open("wb") as file:
                torch.save(checkpoint, file)
            if target.exists():
                os.replace(target, self._previous)


def require_finite(model: torch.nn.Module, epoch: int) -> None:
    """Raise a RunError if weights are not finite after an epoch."""
    for name, value in model.named_parameters():
        if not bool(value.isfinite().all()):
            raise RunError(
                f"the weights are not finite at the end of epoch {epoch + 1} ({name} first). The "
                "checkpoint of the epoch before is kept. Lower training.optimizer.lr or "
                "training.gradient_clip and start again in another directory"
            )


def as_csv(rows: list[Row]) -> str:
    """Rows of scores as CSV text."""
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
