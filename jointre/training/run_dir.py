"""The run directory: what a training writes, whole or not at all."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from jointre.atomic import delete, written_file
from jointre.config import resolve
from jointre.errors import ConfigError, RunError
from jointre.locks import lock_file
from jointre.training.experiment import Experiment, MemoryExperiment
from jointre.training.former_defaults import with_stored_defaults
from jointre.training.run_files import (
    MARKER,
    contained,
    drafts,
    foreign_entries,
    inputs,
    is_run,
    read_object,
)
from jointre.training.started import Started


class RunDirectory:
    """The files of a run, and the rules for starting and recovering a run in a directory.

    Args:
        path: The directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.json"
        self.archive = path / "archive"
        self.metrics = path / "metrics.json"
        self.history = path / "metrics.csv"
        self.marker = path / MARKER
        self.checkpoint = path / "checkpoints" / "last.ckpt"
        self.previous = path / "checkpoints" / "previous.ckpt"
        self.provenance = path / "provenance.json"
        self.dev = path / "dev.jsonl"
        self.dev_predictions = path / "dev_predictions.jsonl"
        self.counts = path / "counts.jsonl"
        self.teacher_scores = path / "teacher.safetensors"
        self.log = path / "log.txt"
        self.lock = path / ".lock"

    @property
    def finished(self) -> bool:
        """Whether training ended; the last file written is provenance.json."""
        results = (self.provenance, self.metrics, self.archive)
        return all(path.exists() for path in results)

    def check(
        self,
        resolved: Mapping[str, Any],
        *,
        force: bool,
        recover: bool,
        sources: Iterable[Path] = (),
    ) -> None:
        """Check whether :meth:`opened` can be expected to work; nothing is written.

        Args:
            resolved: Resolved config.
            force: Whether another run in the directory may be deleted.
            recover: Whether this run in the directory may be continued.
            sources: The experiment file and its imports, which must not be deleted.

        Raises:
            RunError: The path is a file, or the directory is not empty or holds another experiment,
                or deleting the run would delete something else.
        """
        try:
            self._check(resolved, force, recover, sources)
        except OSError as error:
            raise self._unusable(error) from error

    @contextmanager
    def opened(
        self,
        resolved: Mapping[str, Any],
        started: Started,
        *,
        force: bool,
        recover: bool,
        sources: Iterable[Path] = (),
    ) -> Iterator[None]:
        """Make the directory, or enter it again, and keep other trainings out of it.

        Args:
            resolved: Resolved config, which is written to it.
            started: What the training starts from, written to it.
            force: Delete the run in it first.
            recover: Continue the run in it.
            sources: The experiment file and its imports, which must not be deleted.

        Raises:
            RunError: The directory is not empty, holds another experiment, is in use, or cannot be
                written to; or the run in it was started with other data or labels.
        """
        self.check(resolved, force=force, recover=recover, sources=sources)
        if recover:
            self._require_same_start(started)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            with self._claimed():
                self._prepare(resolved, started, recover)
                yield
        finally:
            with suppress(OSError):
                self.path.rmdir()  # unless something is in it

    @contextmanager
    def _claimed(self) -> Iterator[None]:
        """Hold the directory's lock; the system frees it when the process ends, however it ends."""
        with ExitStack() as stack:
            try:
                locked = stack.enter_context(lock_file(self.lock))
            except OSError as error:
                raise self._unusable(error) from error
            if not locked:
                raise RunError(
                    f"{self.path} is in use by another training; wait until it ends, or choose "
                    "another directory with -s"
                )
            yield

    def _prepare(self, resolved: Mapping[str, Any], started: Started, recover: bool) -> None:
        try:
            for path in drafts(self.path) if recover else list(self.path.iterdir()):
                if path != self.lock:
                    delete(path)
            write_json(self.marker, started.to_dict())  # first of all: it makes this a run
            write_json(self.config, resolved)
            self.checkpoint.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error

    def delete_checkpoints(self) -> None:
        """Delete what only an unfinished training needs."""
        folder = self.checkpoint.parent
        foreign = [name for name in foreign_entries(self.path) if name.startswith(folder.name)]
        if folder.is_dir() and not foreign:
            delete(folder)

    def _unusable(self, error: OSError) -> RunError:
        return RunError(
            f"{self.path} cannot be used as a run directory: {error.strerror or error}; "
            "choose another one with -s"
        )

    def _check(
        self,
        resolved: Mapping[str, Any],
        force: bool,
        recover: bool,
        sources: Iterable[Path],
    ) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise RunError(f"{self.path} is a file; choose a directory with -s")
        if not self.path.exists():
            return
        negligible = {self.lock, *drafts(self.path)}
        if all(path in negligible for path in self.path.iterdir()):
            return
        if recover:
            self._same(resolved)
        elif not force:
            raise RunError(
                f"{self.path} is not empty; choose another directory with -s, empty it with "
                "--force, or go on with the run in it with --recover"
            )
        else:
            self._require_deletable([*sources, *inputs(resolved), Path.cwd()])

    def _require_deletable(self, needed: Iterable[Path]) -> None:
        """Raise a RunError unless the directory holds a run and nothing else."""
        if not is_run(self.path):
            names = sorted(path.name for path in self.path.iterdir())
            raise RunError(
                f"{self.path} is not a run of jointre (there is no {MARKER} in it), so --force does"
                f" not delete what it holds ({_listed(names)}); choose another directory with -s"
            )
        inside = contained(self.path, iter(needed))
        if inside is not None:
            raise RunError(
                f"{self.path} contains {inside}, which this training needs, so --force does not "
                "delete the run in it; choose another directory with -s"
            )
        foreign = foreign_entries(self.path)
        if foreign:
            raise RunError(
                f"{self.path} holds files that are not part of a run ({_listed(foreign)}), so "
                "--force deletes nothing; move them, or choose another directory with -s"
            )

    def _require_same_start(self, started: Started) -> None:
        """Raise a RunError if the run in the directory began with other data or labels."""
        record = read_object(self.marker)
        changes = [] if record is None else started.changes(record)
        if changes:
            raise RunError(
                f"{self.path} cannot be recovered, because its data changed since it was started:\n"
                + "\n".join(f"  {line}" for line in changes)
                + "\nRestore the files, or train in another directory."
            )

    def _same(self, resolved: Mapping[str, Any]) -> None:
        if not self.config.exists():
            if self.marker.exists():  # killed before the second file was written
                return
            raise RunError(
                f"{self.path} holds no run to recover (no config.json); choose another directory "
                "with -s"
            )
        try:
            stored = json.loads(self.config.read_text(encoding="utf-8"))
        except ValueError as error:
            raise RunError(f"{self.config} is not JSON ({error}); use --force") from error
        changed = [
            line
            for line in differences(
                with_defaults(with_stored_defaults(stored)), json.loads(json.dumps(resolved))
            )
            if not line.startswith("training.keep_checkpoints:")  # has no effect on the model
        ]
        if changed:
            listed = "\n".join(f"  {line}" for line in changed[:10])
            raise RunError(
                f"{self.path} was started with another config, so it cannot be recovered:\n"
                f"{listed}\nUse the same config, or another directory."
            )


def _listed(names: list[str]) -> str:
    """The first few names."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def with_defaults(stored: Any) -> Any:
    """A stored config with the defaults of options that it does not name.

    An earlier version of jointre had fewer options, and behaved as their defaults do now.

    Args:
        stored: The resolved config of an experiment, which is returned unchanged if this version of
            jointre does not accept it.
    """
    for kind in (Experiment, MemoryExperiment):
        try:
            return json.loads(json.dumps(resolve(kind, stored)))
        except ConfigError:
            continue
    return stored


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """The differences between two configs, one line per difference."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(old.keys() | new.keys())
        return [
            line
            for key in keys
            for line in differences(old.get(key), new.get(key), f"{path}.{key}" if path else key)
        ]
    return [] if old == new else [f"{path}: {json.dumps(old)} there, {json.dumps(new)} now"]


def write_json(path: Path, content: Any) -> None:
    """Write JSON; the file is complete at every moment."""
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    replace_text(path, text)


def replace_text(path: Path, text: str) -> None:
    """Write text; the file is complete at every moment."""
    with replaced(path) as work:
        work.write_text(text, encoding="utf-8")


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A draft to write, which replaces ``path`` once it is complete and on the disk.

    Raises:
        RunError: The draft cannot be written; ``path`` is unchanged.
    """
    try:
        with written_file(path) as work:
            yield work
    except (
        OSError,
        RuntimeError,
        SafetensorError,
    ) as error:  # torch's writer converts errors of the system
        raise RunError(
            f"{path} cannot be written ({_reason(error)}); what was there before is kept. Make "
            "room, then go on with --recover"
        ) from error


def _reason(error: BaseException) -> str:
    """The message of the operating system's error, if it caused this one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    message = str(error).partition("\n")[0] or type(error).__name__
    return message.partition("I/O error: ")[2].partition(" (os error")[0] or message
