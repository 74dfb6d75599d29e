"""Closed standard streams (``jointre … >&-``): writing to one is an error with a message."""

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
            OSError: always.
        """
        raise OSError(
            errno.EBADF, "standard output is closed; name a file with --output, or redirect it"
        )


def reopen() -> None:
    """Replace closed streams, so that no file that is opened later takes their place."""
    closed = [number for number in range(3) if not _is_open(number)]
    for _ in closed:
        os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is the closed one
    if sys.stdout is None or 1 in closed:
        sys.stdout = ClosedOutput()
    if sys.stderr is None or 2 in closed:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdin is None or 0 in closed:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
