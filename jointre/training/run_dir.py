"""The run directory: what a training writes, whole or not at all."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from jointre.errors import RunError


class RunDirectory:
    """Paths of a run.

    Args:
        path: the directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.json"
        self.archive = path / "archive"
        self.metrics = path / "metrics.json"
        self.history = path / "metrics.csv"
        self.checkpoint = path / "checkpoints" / "last.ckpt"
        self.provenance = path / "provenance.json"
        self.dev = path / "dev.jsonl"
        self.dev_predictions = path / "dev_predictions.jsonl"
        self.log = path / "log.txt"
        self.lock = path / ".lock"

    @property
    def finished(self) -> bool:
        """Whether training ended; the last file written is provenance.json."""
        wanted = (self.provenance, self.metrics, self.archive)
        return all(path.exists() for path in wanted)

    def check(self, resolved: Mapping[str, Any], *, force: bool, recover: bool) -> None:
        """Tell whether :meth:`open` can be expected to work; nothing is written.

        Args:
            resolved: the resolved config.
            force: the directory may hold another run.
            recover: the directory may hold this run.

        Raises:
            RunError: it is not empty, holds another experiment, or is a file.
        """
        try:
            self._check(resolved, force, recover)
        except OSError as error:
            raise self._unusable(error) from error

    @contextmanager
    def opened(self, resolved: Mapping[str, Any], *, force: bool, recover: bool) -> Iterator[None]:
        """Make the directory, or enter it again, and keep other trainings out of it.

        Args:
            resolved: the resolved config, written to it.
            force: empty the directory first.
            recover: go on with the run that is there.

        Raises:
            RunError: it is not empty, holds another experiment, is in use, or cannot be written.
        """
        self.check(resolved, force=force, recover=recover)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = self.lock.open("w")
        except OSError as error:
            raise self._unusable(error) from error
        with lock:
            self._claim(lock.fileno())
            try:
                self._prepare(resolved, recover)
                yield
            finally:
                self.lock.unlink(missing_ok=True)
                with suppress(OSError):
                    self.path.rmdir()  # unless something is in it

    def _claim(self, lock: int) -> None:
        """Take the lock; the system frees it when the process ends, however it ends."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(
                f"{self.path} is in use by another training; wait for its end or choose another "
                "directory with -s"
            ) from None

    def _prepare(self, resolved: Mapping[str, Any], recover: bool) -> None:
        try:
            for path in self._drafts() if recover else list(self.path.iterdir()):
                if path != self.lock:
                    _remove(path)
            write_json(self.config, resolved)  # first of all: it makes the directory a run
            self.checkpoint.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error

    def _drafts(self) -> list[Path]:
        """What a killed process left unfinished."""
        patterns = (".*.tmp", ".archive-*", "checkpoints/.*.tmp", "checkpoints/.archive-*")
        return [path for pattern in patterns for path in self.path.glob(pattern)]

    def _unusable(self, error: OSError) -> RunError:
        return RunError(
            f"{self.path} cannot be used as a run directory: {error.strerror or error}; "
            "choose another one with -s"
        )

    def _check(self, resolved: Mapping[str, Any], force: bool, recover: bool) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise RunError(f"{self.path} is a file; choose a directory with -s")
        ours = {self.lock, *self._drafts()}
        filled = self.path.exists() and any(path not in ours for path in self.path.iterdir())
        if not filled:
            return
        if recover:
            self._same(resolved)
        elif not force:
            raise RunError(
                f"{self.path} is not empty; choose another directory with -s, empty it with "
                "--force, or go on with the run in it with --recover"
            )
        elif not self.config.exists():
            raise RunError(
                f"{self.path} holds files but no run (no config.json), so --force does not "
                "delete them; choose another directory with -s"
            )

    def _same(self, resolved: Mapping[str, Any]) -> None:
        if not self.config.exists():
            raise RunError(f"{self.path} holds no run to recover (no config.json); use --force")
        try:
            stored = json.loads(self.config.read_text(encoding="utf-8"))
        except ValueError as error:
            raise RunError(f"{self.config} is not JSON ({error}); use --force") from error
        changed = differences(stored, json.loads(json.dumps(resolved)))
        if changed:
            listed = "\n".join(f"  {line}" for line in changed[:10])
            raise RunError(
                f"{self.path} was started with another config, so it cannot be recovered:\n"
                f"{listed}\nUse the same config, or another directory."
            )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Where two configs differ, a line each."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(old.keys() | new.keys())
        return [
            line
            for key in keys
            for line in differences(old.get(key), new.get(key), f"{path}.{key}" if path else key)
        ]
    return [] if old == new else [f"{path}: {json.dumps(old)} there, {json.dumps(new)} now"]


def write_json(path: Path, content: Any) -> None:
    """Write JSON so that the file is whole at every moment."""
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    replace_text(path, text)


def replace_text(path: Path, text: str) -> None:
    """Write text so that the file is whole at every moment."""
    with replaced(path) as work:
        work.write_text(text, encoding="utf-8")


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A draft to write, which takes the place of ``path`` once it is whole and on the disk.

    Raises:
        RunError: it cannot be written; ``path`` is as it was.
    """
    work = path.with_name(f".{path.name}.tmp")
    try:
        yield work
        with work.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(work, path)
    except (OSError, RuntimeError, SafetensorError) as error:  # torch's writer turns one to another
        work.unlink(missing_ok=True)
        raise RunError(
            f"{path} cannot be written ({_reason(error)}); what was there before is kept. Make "
            "room, then go on with --recover"
        ) from error


def _reason(error: BaseException) -> str:
    """What the system said, if it is behind the error."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    message = str(error).partition("\n")[0] or type(error).__name__
    return message.partition("I/O error: ")[2].partition(" (os error")[0] or message
