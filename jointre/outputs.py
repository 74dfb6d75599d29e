"""Output files and folders that appear complete or not at all, with errors for users."""

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

from jointre.atomic import draft_folder, move_files, written_file, written_folder
from jointre.errors import DataError


@contextmanager
def replaced(path: Path) -> Iterator[BufferedIOBase]:
    """A file to write that replaces ``path`` once it is complete, compressed for ``.gz``."""
    if path.is_dir():
        raise DataError(f"{path}: this is a folder; name a file to write")
    if not path.parent.is_dir():
        raise DataError(f"{path}: cannot be written; the folder {path.parent} does not exist")
    if path.exists() and not path.is_file():  # /dev/stdout, a named pipe: never replaced
        with _straight(path) as stream:
            yield stream
        return
    try:
        with written_file(path) as draft, draft.open("wb") as raw:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as stream:
                    yield stream
            else:
                yield raw
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """A folder to fill that becomes ``path`` once it is complete; no file is overwritten."""
    if path.is_dir() and any(path.iterdir()):
        raise DataError(f"{path}: this folder is not empty; name a new one, or empty it")
    if path.exists() and not path.is_dir():
        raise DataError(f"{path}: this is a file; name a folder to write")
    if not path.parent.is_dir():
        raise DataError(f"{path}: cannot be written; the folder {path.parent} does not exist")
    try:
        with written_folder(path) as draft:
            yield draft
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def added_to_folder(path: Path) -> Iterator[Path]:
    """A folder whose files are moved into ``path`` in the end: all of them or none.

    ``path`` may hold other files already; none of them is changed or replaced.

    Args:
        path: The folder; it is created if it does not exist.

    Raises:
        DataError: A file of the same name is in ``path``, or it cannot be written.
    """
    if path.exists() and not path.is_dir():
        raise DataError(f"{path}: this is a file; name a folder to write")
    if not path.exists():
        with replaced_folder(path) as draft:
            yield draft
        return
    try:
        with draft_folder(path / "files") as draft:
            yield draft
            refuse_existing(path, sorted(file.name for file in draft.iterdir()))
            move_files(draft, path)
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror or error}") from error


def refuse_existing(folder: Path, names: Iterable[str]) -> None:
    """Raise an error if a folder has entries of these names.

    Args:
        folder: The folder, which need not exist.
        names: Names of files that are going to be written.

    Raises:
        DataError: There are such entries; the message names them all.
    """
    existing = [name for name in names if (folder / name).exists() or (folder / name).is_symlink()]
    if existing:
        problem = "this file exists" if len(existing) == 1 else "these files exist"
        raise DataError(
            f"{folder}: {problem} already and would be replaced: {', '.join(existing)}; name "
            f"another folder, or move {'it' if len(existing) == 1 else 'them'} away"
        )


@contextmanager
def _straight(path: Path) -> Iterator[BufferedIOBase]:
    """A device or a pipe to write to."""
    try:
        with path.open("wb") as stream:
            yield stream
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror or error}") from error
