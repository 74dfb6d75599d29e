"""Files and folders that appear complete or not at all.

Content is written to a draft first: a hidden file or folder beside its target, which is renamed
once it is complete. A process that is killed cannot delete its drafts, so the next one that writes
the same target deletes them. Beside each draft is a file that is locked while the process of the
draft lives; the system frees the lock however the process ends. Process numbers would not be
enough, because containers that share a disk number their processes separately.
"""

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from jointre.locks import lock_file

SCRATCH = "jointre-scratch-"
_LOCK = ".lock"  # ends the name of the file that is locked for a draft
_ATTEMPTS = 10  # names that are tried for a draft


@contextmanager
def written_file(target: Path) -> Iterator[Path]:
    """An empty file to write, which takes the place of ``target`` if the block ends without error.

    Args:
        target: The file to create or replace. It is unchanged if the block ends with an error.

    Raises:
        OSError: The file cannot be written.
    """
    with draft_file(target) as draft:
        yield draft
        with draft.open("r+b") as file:
            os.fsync(file.fileno())
        os.replace(draft, target)


@contextmanager
def written_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """An empty folder to fill, which becomes ``target`` if the block ends without error.

    Args:
        target: The folder to create. It is unchanged if the block ends with an error.
        replace: Whether ``target`` may hold files, which are deleted; otherwise it must be
            missing or empty.

    Raises:
        OSError: The folder cannot be written.
    """
    with draft_folder(target) as draft:
        yield draft
        if replace and target.exists():
            _replace_folder(draft, target)
            return
        with suppress(FileNotFoundError):
            target.rmdir()  # an error if it holds something
        os.replace(draft, target)


def _replace_folder(draft: Path, target: Path) -> None:
    """Move the target out of the way in one step, however large it is, and the draft there."""
    with draft_folder(target) as former:
        os.replace(target, former / target.name)
        try:
            os.replace(draft, target)
        except OSError:
            os.replace(former / target.name, target)
            raise


def move_files(source: Path, folder: Path) -> None:
    """Move all files of one folder into another; if one of them cannot be moved, none is.

    Args:
        source: The folder that holds the files.
        folder: The folder that gets them; it must hold none of the same names.

    Raises:
        OSError: A file cannot be moved.
    """
    moved: list[Path] = []
    try:
        for path in sorted(source.iterdir()):
            path.rename(folder / path.name)
            moved.append(folder / path.name)
    except OSError:
        for target in moved:
            target.unlink(missing_ok=True)
        raise


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
    with _locked(lambda: _draft(target), _new_file) as path:
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
    with _locked(lambda: _draft(target), Path.mkdir) as path:
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
    with _locked(
        lambda: parent / f"{SCRATCH}{token_hex(8)}", lambda path: path.mkdir(0o700)
    ) as path:
        yield path


def _draft(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}-{token_hex(4)}.part")


def _drafts_of(target: Path) -> re.Pattern[str]:
    """The names of drafts; those of earlier versions have the process number alone."""
    return re.compile(rf"\.{re.escape(target.name)}\.\d+(-[0-9a-f]{{8}})?\.part")


def _new_file(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


def _lock_of(path: Path) -> Path:
    """The file that is locked for as long as the process of a draft lives."""
    return path.with_name(f"{path.name}{_LOCK}")


@contextmanager
def _locked(name: Callable[[], Path], create: Callable[[Path], object]) -> Iterator[Path]:
    """A draft that counts as in use while the context lasts; it is deleted in the end.

    Args:
        name: Gives a new path for the draft.
        create: Creates the draft, after it was locked.
    """
    with ExitStack() as locks:
        path = name()
        with suppress(OSError):  # no locks on this file system, where nothing is abandoned either
            for _ in range(_ATTEMPTS):  # another process may take the lock for an abandoned one
                if locks.enter_context(lock_file(_lock_of(path))):
                    break
                path = name()
        create(path)
        try:
            yield path
        finally:
            with suppress(OSError):  # the error that ends the block says more
                delete(path)


def _delete_abandoned(folder: Path, pattern: re.Pattern[str]) -> None:
    """Delete the matching entries of a folder that belong to this user and are not locked."""
    with suppress(OSError), os.scandir(folder) as entries:
        names = {entry.name.removesuffix(_LOCK) for entry in entries}
        for name in names:
            if pattern.fullmatch(name):
                with suppress(OSError):
                    _delete_unlocked(folder / name)


def _delete_unlocked(path: Path) -> None:
    if _may_be_deleted(path) and _may_be_deleted(_lock_of(path)):
        with lock_file(_lock_of(path)) as locked:
            if locked:
                delete(path)


def _may_be_deleted(path: Path) -> bool:
    """Whether a path is missing, or belongs to this user and is not a link."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return True
    owner = os.getuid() if hasattr(os, "getuid") else status.st_uid  # Windows has no numbers
    return not stat.S_ISLNK(status.st_mode) and status.st_uid == owner


def delete(path: Path) -> None:
    """Delete a file, a link or a folder with all that is in it; it may be missing.

    Args:
        path: File, link or folder; the target of a link is not deleted.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
