"""Drafts: hidden files and folders in which results are written before they get their names.

A process that is killed cannot delete its drafts, so the next one that writes the same target
does. Each draft is locked for as long as its process lives; the system frees the lock however the
process ends. Process numbers would not do: containers that share a disk count their own.
"""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

SCRATCH = "jointre-scratch-"


@contextmanager
def draft_file(target: Path) -> Iterator[Path]:
    """An empty hidden file beside ``target``, deleted in the end unless it was renamed.

    Drafts of ``target`` that belong to no living process are deleted first.

    Args:
        target: The file that the draft is going to replace.

    Raises:
        OSError: The draft cannot be created.
    """
    _delete_abandoned(target.parent, _drafts_of(target))
    with _locked(lambda: _new_file(_draft(target))) as path:
        yield path


@contextmanager
def draft_folder(target: Path) -> Iterator[Path]:
    """An empty hidden folder beside ``target``, deleted in the end unless it was renamed.

    Drafts of ``target`` that belong to no living process are deleted first.

    Args:
        target: The folder that the draft is going to replace.

    Raises:
        OSError: The draft cannot be created.
    """
    _delete_abandoned(target.parent, _drafts_of(target))
    with _locked(lambda: _new_folder(_draft(target), 0o777)) as path:
        yield path


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder in the system's folder of temporary files, deleted in the end.

    Those that belong to no living process are deleted first.

    Raises:
        OSError: The folder cannot be created.
    """
    parent = Path(tempfile.gettempdir())
    _delete_abandoned(parent, re.compile(f"{SCRATCH}[0-9a-f]{{16}}"))
    with _locked(lambda: _new_folder(parent / f"{SCRATCH}{token_hex(8)}", 0o700)) as path:
        yield path


def _draft(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}-{token_hex(4)}.part")


def _drafts_of(target: Path) -> re.Pattern[str]:
    """The names of drafts; those of earlier versions have the process number alone."""
    return re.compile(rf"\.{re.escape(target.name)}\.\d+(-[0-9a-f]{{8}})?\.part")


def _new_file(path: Path) -> tuple[Path, int]:
    return path, os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)


def _new_folder(path: Path, mode: int) -> tuple[Path, int]:
    path.mkdir(mode)
    return path, os.open(path, os.O_RDONLY)


@contextmanager
def _locked(create: Callable[[], tuple[Path, int]]) -> Iterator[Path]:
    path, lock = create()
    while not _lock(path, lock):  # another process took it for abandoned before it was locked
        os.close(lock)
        path, lock = create()
    try:
        yield path
    finally:
        with suppress(OSError):  # the error that ends the block says more
            delete(path)
        os.close(lock)


def _lock(path: Path, lock: int) -> bool:
    """Lock a new draft; false if another process has deleted it or is about to."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks, where nothing is taken for abandoned
    try:
        return os.path.samestat(path.stat(), os.fstat(lock))
    except FileNotFoundError:
        return False


def _delete_abandoned(folder: Path, pattern: re.Pattern[str]) -> None:
    """Delete the matching entries of a folder that are ours and not locked."""
    with suppress(OSError), os.scandir(folder) as entries:
        for name in [entry.name for entry in entries if pattern.fullmatch(entry.name)]:
            with suppress(OSError):
                _delete_unlocked(folder / name)


def _delete_unlocked(path: Path) -> None:
    lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if os.fstat(lock).st_uid == os.getuid():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            delete(path)
    finally:
        os.close(lock)


def delete(path: Path) -> None:
    """Delete a file, a link or a folder with all that is in it; a missing one is no error.

    Args:
        path: What to delete; a link is deleted, not what it points to.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
