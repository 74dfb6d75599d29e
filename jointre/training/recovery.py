"""Recovery: the checkpoint from which an interrupted training continues, and how to continue it."""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from jointre.errors import RunError
from jointre.training.lightning_callbacks import Epochs
from jointre.training.run_dir import RunDirectory


def usable_checkpoint(
    run: RunDirectory, state: Mapping[str, torch.Tensor], log: Callable[[str], None]
) -> Path | None:
    """The newest checkpoint that is not damaged; None if no epoch has finished.

    Args:
        run: The run directory.
        state: Parameters and buffers of the training module, which the checkpoint must fit.
        log: Takes a line if the last checkpoint is damaged.

    Raises:
        RunError: All checkpoints are damaged, or the model has other parameters.
    """
    present = [path for path in (run.checkpoint, run.previous) if path.exists()]
    reasons: list[str] = []
    for path in present:
        try:
            stored = _read(path)
        except _DAMAGE as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            reasons.append(f"{path} is damaged ({reason})")
            continue
        _require_fit(path, stored, state)
        if path != present[0]:
            log(f"{reasons[0]}; training continues from the checkpoint of the epoch before")
            present[0].unlink(missing_ok=True)  # so that it does not replace the one before
        return path
    if reasons:
        raise RunError(
            f"{'; '.join(reasons)}. There is no other checkpoint, so the run cannot be recovered; "
            "start it again with --force, or in another directory"
        )
    return None


# What torch and zipfile raise when they read a file that is cut short or changed.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, UnpicklingError, RuntimeError, OSError, EOFError),
    *(ValueError, TypeError, LookupError, AttributeError, NotImplementedError),
)


def _read(path: Path) -> Mapping[str, torch.Tensor]:
    """The module's state in a checkpoint whose checksums are all correct."""
    with zipfile.ZipFile(path) as file:
        damaged = file.testzip()
    if damaged is not None:
        raise zipfile.BadZipFile(f"{damaged} does not match its checksum")
    checkpoint: dict[str, Any] = torch.load(path, "cpu", weights_only=True, mmap=True)
    state: Mapping[str, torch.Tensor] = checkpoint["state_dict"]
    return state


def _require_fit(
    path: Path, stored: Mapping[str, torch.Tensor], state: Mapping[str, torch.Tensor]
) -> None:
    """Raise an error at the first parameter whose shape differs.

    Raises:
        RunError: The checkpoint does not fit the model.
    """
    for name in sorted(stored.keys() | state.keys()):
        stored_shape = list(stored[name].shape) if name in stored else None
        shape = list(state[name].shape) if name in state else None
        if stored_shape != shape:
            raise RunError(
                f"{path} does not fit the model: {name} has shape {stored_shape} in it, but "
                f"{shape} in the model. The run was started with other labels or another version "
                "of jointre; train in another directory"
            )


@contextmanager
def explained_interruption(epochs: Epochs, log: Callable[[str], None]) -> Iterator[None]:
    """Log which epochs are saved and how to continue if Ctrl-C ends the block.

    Args:
        epochs: Knows which epochs have finished.
        log: Takes the line.
    """
    try:
        yield
    except KeyboardInterrupt:
        log(interrupted(epochs))
        raise


def interrupted(epochs: Epochs) -> str:
    """What an interrupted training keeps, and how to continue it.

    Args:
        epochs: Knows which epochs have finished.
    """
    path = epochs.run.path
    finished = len(epochs.rows)
    if not finished:
        return (
            f"interrupted in the first epoch, so {path} has no model yet; to start again, repeat "
            "the command with --recover (without --force)"
        )
    best = f", the best of them epoch {epochs.best_epoch + 1}" if epochs.best_epoch >= 0 else ""
    saved = "epoch 1 is" if finished == 1 else f"epochs 1 to {finished} are"
    return (
        f"interrupted: {saved} kept in {path}{best}; jointre predict {path} works with their "
        "weights. To continue, repeat the command with --recover (without --force)"
    )
