"""The run directory: what a training writes, whole or not at all."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
        self.best_weights = path / "checkpoints" / "best.safetensors"
        self.provenance = path / "provenance.json"
        self.log = path / "log.txt"

    @property
    def finished(self) -> bool:
        """Whether training ended; the last file written is provenance.json."""
        return self.provenance.exists()

    def open(self, resolved: Mapping[str, Any], *, force: bool, recover: bool) -> None:
        """Make the directory, or enter it again.

        Args:
            resolved: the resolved config, written to it.
            force: empty the directory first.
            recover: go on with the run that is there.

        Raises:
            RunError: it is not empty, holds another experiment, or cannot be written.
        """
        try:
            self._open(resolved, force, recover)
            (self.path / "checkpoints").mkdir(parents=True, exist_ok=True)
            write_json(self.config, resolved)
        except OSError as error:
            raise RunError(
                f"{self.path} cannot be used as a run directory: {error.strerror or error}; "
                "choose another one with -s"
            ) from error

    def _open(self, resolved: Mapping[str, Any], force: bool, recover: bool) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise RunError(f"{self.path} is a file; choose a directory with -s")
        filled = self.path.exists() and any(self.path.iterdir())
        if not filled:
            return
        if recover:
            self._same(resolved)
        elif force:
            self._empty()
        else:
            raise RunError(
                f"{self.path} is not empty; choose another directory with -s, empty it with "
                "--force, or go on with the run in it with --recover"
            )

    def _same(self, resolved: Mapping[str, Any]) -> None:
        if not self.config.exists():
            raise RunError(f"{self.path} holds no run to recover (no config.json); use --force")
        stored = json.loads(self.config.read_text(encoding="utf-8"))
        changed = differences(stored, json.loads(json.dumps(resolved)))
        if changed:
            listed = "\n".join(f"  {line}" for line in changed[:10])
            raise RunError(
                f"{self.path} was started with another config, so it cannot be recovered:\n"
                f"{listed}\nUse the same config, or another directory."
            )

    def _empty(self) -> None:
        """Remove a run's files; a directory that is no run is left alone."""
        if not self.config.exists():
            raise RunError(
                f"{self.path} holds files but no run (no config.json), so --force does not "
                "delete them; choose another directory with -s"
            )
        for path in self.path.iterdir():
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
    work = path.with_name(f".{path.name}.tmp")
    work.write_text(text, encoding="utf-8")
    os.replace(work, path)
