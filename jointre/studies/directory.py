"""The directory of a study: its plan, its runs, and the state of each."""

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jointre.atomic import written_file
from jointre.errors import RunError
from jointre.locks import lock_file
from jointre.studies.plan import PlannedRun, StudyPlan
from jointre.training.run_dir import RunDirectory
from jointre.training.run_files import is_run, read_object

State = Literal["finished", "running", "interrupted", "failed", "waiting"]

PLAN = "study.json"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Args:
        state: The state of the run.
        epoch: Number of finished epochs.
        epochs: Number of epochs of the training; None if it has not begun.
        scores: Dev scores of the last finished epoch, from 0 to 1.
        seconds: Time that a finished run took.
        message: Why a run failed.
    """

    state: State
    epoch: int = 0
    epochs: int | None = None
    scores: Mapping[str, float] | None = None
    seconds: float | None = None
    message: str = ""


class StudyDirectory:
    """The files of a study.

    Args:
        path: The directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.plan = path / PLAN

    def run(self, name: str) -> RunDirectory:
        """The run directory of a run."""
        return RunDirectory(self.path / "runs" / name)

    def experiment(self, name: str) -> Path:
        """The experiment file of a run."""
        return self.path / "experiments" / f"{name}.json"

    def log(self, name: str) -> Path:
        """The file with what the training of a run prints."""
        return self.path / "logs" / f"{name}.txt"

    def failure(self, name: str) -> Path:
        """The file with the reason why a run failed."""
        return self.path / "failures" / f"{name}.txt"

    def prepare(self, plan: StudyPlan) -> None:
        """Write the plan and the experiment files.

        Args:
            plan: The study. Runs of an earlier version of it stay in the directory.

        Raises:
            RunError: The directory holds something else, or cannot be written to.
        """
        if self.path.is_dir() and not self.plan.exists() and any(self.path.iterdir()):
            raise RunError(
                f"{self.path} is not empty and does not hold a study ({PLAN} is missing); choose "
                "another directory with -s"
            )
        try:
            for folder in ("runs", "experiments", "logs", "locks", "failures"):
                (self.path / folder).mkdir(parents=True, exist_ok=True)
            for run in plan.runs:
                _write(self.experiment(run.name), run.config)
            _write(self.plan, plan.to_dict())
        except OSError as error:
            raise RunError(
                f"{self.path} cannot be used as the directory of a study: "
                f"{error.strerror or error}; choose another one with -s"
            ) from error

    def read(self) -> dict[str, Any]:
        """The plan, as ``study run`` wrote it.

        Raises:
            RunError: There is none.
        """
        found = read_object(self.plan)
        if found is None or not isinstance(found.get("runs"), list):
            raise RunError(
                f"{self.path} does not hold a study ({PLAN} is missing or damaged); start one "
                f"with jointre study run FILE -s {self.path}"
            )
        return found

    @contextmanager
    def claimed(self, run: PlannedRun) -> Iterator[bool]:
        """Hold a run, so that no other process trains it; yields whether it is held.

        Args:
            run: The run.
        """
        with lock_file(self._claim(run.name)) as held:
            yield held and not _is_held(self.run(run.name).lock)

    def progress(self, name: str) -> Progress:
        """How far a run is.

        Args:
            name: Name of the run.
        """
        directory = self.run(name)
        epoch, scores = _last_epoch(directory.history)
        config = read_object(directory.config) or {}
        epochs = config.get("training", {}).get("epochs")
        if directory.finished:
            provenance = read_object(directory.provenance) or {}
            return Progress("finished", epoch, epochs, scores, provenance.get("wall_seconds"))
        if _is_held(self._claim(name)) or _is_held(directory.lock):
            return Progress("running", epoch, epochs, scores)
        if self.failure(name).exists():
            message = self.failure(name).read_text(encoding="utf-8").strip()
            return Progress("failed", epoch, epochs, scores, message=message)
        state: State = "interrupted" if is_run(directory.path) else "waiting"
        return Progress(state, epoch, epochs, scores)

    def _claim(self, name: str) -> Path:
        """The lock of the process that trains a run."""
        return self.path / "locks" / f"{name}.lock"


def _is_held(lock: Path) -> bool:
    """Whether a process holds a lock."""
    if not lock.exists():
        return False
    with lock_file(lock) as free:
        return not free


def _last_epoch(history: Path) -> tuple[int, dict[str, float] | None]:
    """The number of finished epochs, and the scores of the last one."""
    try:
        with history.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        last = {name: float(value) for name, value in rows[-1].items() if value} if rows else None
    except (OSError, ValueError, TypeError, AttributeError):  # being replaced at this moment
        return 0, None
    return len(rows), last


def _write(path: Path, content: Any) -> None:
    with written_file(path) as work:
        work.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
