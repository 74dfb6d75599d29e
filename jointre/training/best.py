"""BestArchive: the best weights so far, as an archive that works while training goes on."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from jointre.models import Model, archive
from jointre.models.archive_files import WEIGHTS


class BestArchive:
    """Keeps the archive of one epoch in ``checkpoints/``, so that an interrupted run can predict.

    The archive of a better epoch is complete and on the disk before the previous one is
    removed, so a kill at any moment leaves at least one of them.

    Args:
        folder: Folder ``checkpoints/`` of the run.
        config: Resolved ``model`` section of the experiment.
        about: Facts to store in each archive, besides the epoch's number and scores.
    """

    def __init__(self, folder: Path, config: Mapping[str, Any], about: Mapping[str, Any]) -> None:
        self.folder, self.config, self.about = folder, config, dict(about)

    def path(self, epoch: int) -> Path:
        """Path of the archive of an epoch; epochs count from 0, and file names from 1."""
        return self.folder / f"{archive.EPOCH}{epoch + 1}"

    def save(self, model: Model, epoch: int, dev: Mapping[str, Any] | None) -> None:
        """Write the archive of an epoch, then remove the others.

        Args:
            model: The model at the end of the epoch.
            epoch: Number of the epoch, from 0.
            dev: Its report on dev, if there is one.

        Raises:
            ArchiveError: The archive cannot be written; the previous one is kept.
        """
        scores = {"epoch": epoch + 1, **({} if dev is None else {"dev": dev})}
        target = self.path(epoch)
        archive.save(model, self.config, target, {**self.about, "scores": scores})
        _flush(target)
        for other in self.folder.glob(f"{archive.EPOCH}*"):
            if other != target:
                shutil.rmtree(other)

    def restore(self, model: Model, epoch: int) -> None:
        """Give the model the weights of an epoch whose archive was saved last."""
        model.load_state_dict(load_file(self.path(epoch) / WEIGHTS))


def _flush(folder: Path) -> None:
    """Wait until the files of a folder are on the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
