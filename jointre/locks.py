"""Locks between processes; the system frees them however a process ends."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def lock_file(path: Path) -> Iterator[bool]:
    """Hold a lock while the context lasts, unless another process holds it.

    Yields whether the lock is held. The file of a lock that is held is deleted in the end.

    Args:
        path: The file that stands for the lock. It is created if it does not exist.

    Raises:
        OSError: The file cannot be created, or its file system has no locks.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))
    lock = FileLock(path, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        with suppress(OSError):  # Windows deletes no open file; there, releasing the lock does
            path.unlink(missing_ok=True)
        lock.release()
