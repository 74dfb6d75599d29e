"""Notes: lines about the course of a training, reported and kept in the run's log."""

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import final

logger = logging.getLogger("jointre")


@final
class Notes:
    """Reports lines, and writes them to a file while the context is entered.

    Earlier lines are written when the file is opened, so that no file is needed before everything
    is known to be right. A full disk does not stop it.

    Args:
        path: The log file.
        log: Called with each line at once.
    """

    def __init__(self, path: Path, log: Callable[[str], None]) -> None:
        self._path, self._log = path, log
        self._handler: logging.FileHandler | None = None
        self._early: list[str] = []

    def __call__(self, line: str) -> None:
        """Report a line and keep it."""
        self.keep(line)
        self._log(line)

    def keep(self, line: str) -> None:
        """Keep a line that something else shows."""
        if self._handler is None:
            self._early.append(line)
        else:
            self._handler.emit(_record(line))

    def __enter__(self) -> "Notes":
        handler = logging.FileHandler(self._path, encoding="utf-8")
        handler.handleError = lambda record: None  # type: ignore[method-assign]
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        logger.addHandler(handler)
        self._handler = handler
        for line in self._early:
            handler.emit(_record(line))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._handler is not None:
            logger.removeHandler(self._handler)
            with suppress(OSError):  # what is left to flush does not fit
                self._handler.close()
            self._handler = None


def _record(line: str) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": line, "levelno": logging.INFO})
