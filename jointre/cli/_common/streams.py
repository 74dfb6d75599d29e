"""Standard streams that are closed (``jointre … >&-``) or full, and errors that name them."""

import errno
import io
import os
import sys
from typing import Any


class ClosedOutput(io.TextIOBase):
    """Standard output that is closed; commands that print nothing work with it."""

    @property
    def buffer(self) -> Any:
        """The stream of bytes, where writing fails as well."""
        return self

    def write(self, text: Any, /) -> int:
        """Refuse to write.

        Raises:
            OSError: Always.
        """
        raise OSError(
            errno.EBADF, "standard output is closed; name a file with --output, or redirect it"
        )


class NamedOutput(io.FileIO):
    """Standard output whose errors name it, for example when the disk is full."""

    _failed = False

    def write(self, data: Any, /) -> int:
        """Write bytes; after an error, which is raised once, discard what is still buffered.

        Raises:
            OSError: The bytes cannot be written; its file name is ``standard output``.
        """
        size = memoryview(data).nbytes
        if self._failed or not size:  # click writes nothing to see whether a stream takes text
            return size
        try:
            return super().write(data)
        except OSError as error:
            self._failed = True
            reason = f"cannot be written: {error.strerror or error}"
            raise OSError(error.errno, reason, "standard output") from error


def name_output() -> None:
    """Make errors of standard output name it, unless the stream has been replaced."""
    stream = sys.stdout
    if stream is not sys.__stdout__ or not isinstance(stream, io.TextIOWrapper):
        return
    raw = getattr(stream.buffer, "raw", stream.buffer)  # unbuffered, it is the file itself
    if type(raw) is not io.FileIO:  # a console of Windows has a class of its own
        return
    stream.flush()
    named = NamedOutput(raw.fileno(), "w", closefd=False)
    sys.stdout = io.TextIOWrapper(
        named if raw is stream.buffer else io.BufferedWriter(named),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def reopen() -> None:
    """Replace closed streams, so that no file that is opened later takes their place."""
    closed = [number for number in range(3) if not _is_open(number)]
    for _ in closed:
        os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is the closed one
    if sys.stdout is None or 1 in closed:
        sys.stdout = ClosedOutput()
    if sys.stderr is None or 2 in closed:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    if sys.stdin is None or 0 in closed:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
