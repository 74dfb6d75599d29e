"""The files of a run directory: which of its entries a training wrote, and which it did not."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jointre.models.archive_files import foreign_files, is_litter

MARKER = "run.json"
"""Written when a run starts; only a directory that has it is a run."""

_FILES = {
    *("config.json", MARKER, "metrics.json", "metrics.csv", "provenance.json", "log.txt"),
    *("dev.jsonl", "dev_predictions.jsonl", "teacher.safetensors", ".lock"),
    "counts.jsonl",
}
_CHECKPOINTS = {"last.ckpt", "previous.ckpt"}
_SECTIONS = {"data", "model", "training", "seed"}  # of a resolved experiment
_ARCHIVE = re.compile(r"archive|epoch-\d+")
_TRACKED = {
    "csv": re.compile(r"(version_\d+/)?(metrics\.csv|hparams\.yaml)"),
    "tensorboard": re.compile(
        r"(version_\d+/(hparams/)?)?(events\.out\.tfevents\.[^/]+|hparams\.yaml)"
    ),
    "wandb": re.compile(r"latest-run|debug(-internal)?\.log|(offline-)?run-[\w-]+(/.*)?"),
}
"""Folders of trackers, and the files in them."""
_DRAFT = re.compile(r"\.(?P<target>.+?)(\.tmp|\.\d+(-[0-9a-f]{8})?\.part(\.lock)?)|\.archive-\w+")


def is_run(folder: Path) -> bool:
    """Whether a directory is marked as a run, or is one that an earlier version left unmarked.

    Args:
        folder: The directory.
    """
    if (folder / MARKER).is_file():
        return True
    config = read_object(folder / "config.json")
    return config is not None and config.keys() >= _SECTIONS and (folder / "checkpoints").is_dir()


def read_object(path: Path) -> dict[str, Any] | None:
    """The object in a file of JSON; None if there is none.

    Args:
        path: The file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def drafts(folder: Path) -> list[Path]:
    """The unfinished files and folders of a training that was killed.

    Args:
        folder: The run directory.
    """
    targets = [(folder, _FILES), (folder / "checkpoints", _CHECKPOINTS)]
    return [
        path for parent, names in targets for path in _entries(parent) if _is_draft(path, names)
    ]


def _is_draft(path: Path, names: set[str]) -> bool:
    match = _DRAFT.fullmatch(path.name)
    if match is None or path.is_symlink():
        return False
    target = match["target"]
    return target is None or target in names or bool(_ARCHIVE.fullmatch(target))


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def foreign_entries(folder: Path) -> list[str]:
    """Paths in a run directory, relative to it, that no training wrote; links are among them.

    Args:
        folder: The run directory.
    """
    folders: Mapping[str, Callable[[Path], Iterator[str]]] = {
        "archive": _in_archive,
        "checkpoints": _in_checkpoints,
        **dict.fromkeys(_TRACKED, _in_tracker),
    }
    unfinished = drafts(folder)
    foreign: list[str] = []
    for path in _entries(folder):
        if path in unfinished or _from_training(path, _FILES):
            continue
        if path.name in folders and path.is_dir() and not path.is_symlink():
            foreign += (f"{path.name}/{name}" for name in folders[path.name](path))
        else:
            foreign.append(path.name)
    return foreign


def _plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _from_training(path: Path, names: set[str]) -> bool:
    """Whether a training wrote this file, or an operating system added it by itself."""
    return _plain_file(path) and (path.name in names or is_litter(path.name))


def _in_archive(folder: Path) -> Iterator[str]:
    yield from foreign_files(folder)


def _in_checkpoints(folder: Path) -> Iterator[str]:
    unfinished = drafts(folder.parent)
    for path in _entries(folder):
        if path in unfinished or _from_training(path, _CHECKPOINTS):
            continue
        if _ARCHIVE.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            yield from (f"{path.name}/{name}" for name in foreign_files(path))
        else:
            yield path.name


def _in_tracker(folder: Path) -> Iterator[str]:
    known = _TRACKED[folder.name]
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        linked = path.is_symlink() and folder.name != "wandb"  # which links its latest run
        if linked or not (known.fullmatch(name) or (path.is_dir() and not path.is_symlink())):
            yield name


def inputs(resolved: Mapping[str, Any]) -> Iterator[Path]:
    """The files and folders that a resolved config names, as far as they exist.

    Args:
        resolved: The config.
    """
    yield from data_paths(resolved)
    yield from (Path(text) for text in _texts(resolved) if _exists(text))


def data_paths(resolved: Mapping[str, Any]) -> Iterator[Path]:
    """The files and folders that the data of a config, its initial weights and its teacher name, if
    they exist.

    Args:
        resolved: The config.
    """
    training = resolved.get("training")
    models = (
        [training.get(name) for name in ("initial_weights", "teacher")]
        if isinstance(training, Mapping)
        else []
    )
    for text in _texts([resolved.get("data", {}), models]):
        if _exists(text):
            yield Path(text).absolute()  # never a mere word


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key != "type":  # the name of a component
                yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _exists(text: str) -> bool:
    try:
        return bool(text) and os.path.exists(text)
    except ValueError:  # no path, such as text with a NUL
        return False


def contained(folder: Path, paths: Iterator[Path]) -> Path | None:
    """The first of several paths that is a folder or lies in it; links are followed.

    A single word that names the folder itself does not count as a path, because options have such
    values.

    Args:
        folder: The folder.
        paths: Files and folders.
    """
    resolved_folder = folder.resolve()
    for path in paths:
        target = path.resolve()
        if target == resolved_folder and len(path.parts) == 1 and str(path) != ".":
            continue
        link = path.parent.resolve() / path.name
        if target.is_relative_to(resolved_folder) or link.is_relative_to(resolved_folder):
            return path
    return None
