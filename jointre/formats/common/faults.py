"""What a reader does at lines and records that it cannot read: stop and list them, or skip them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from jointre.data.skipped import SkippedData
from jointre.errors import DataError

OnError = Literal["stop", "skip"]
LISTED = 20
"""How many errors of a file are collected before reading stops."""

_REMEDY = (
    "Correct the file, or skip and count what cannot be read with on_error='skip' "
    "(on the command line: --on-error skip)."
)


class FileError(DataError):
    """The file is another format's or has too many errors, so reading ends whatever the policy."""


class Faults:
    """The errors of one reading.

    Args:
        on_error: ``"stop"``: errors are collected, and :meth:`finish` raises them together;
            ``"skip"``: they are counted in ``skipped``.
        skipped: Counts what is skipped.

    Attributes:
        found: The messages so far.
        count: How many errors there were; ``found`` has at most 20 of them.
        records: How many records were begun.
    """

    def __init__(self, on_error: OnError, skipped: SkippedData) -> None:
        self.on_error = on_error
        self.skipped = skipped
        self.found: list[str] = []
        self.count = 0
        self.records = 0

    @property
    def stopped(self) -> bool:
        """Whether the reading only goes on to list further errors."""
        return self.on_error == "stop" and self.count > 0

    @contextmanager
    def guard(self, kind: str = "records") -> Iterator[None]:
        """Handles a DataError of the block by the policy; the block is left, reading goes on.

        What the block added to ``skipped`` before the error is taken back.

        Args:
            kind: Plural noun for what is skipped, ``"annotation lines"`` for example.

        Raises:
            FileError: With ``"stop"``, the errors so far once there are 20.
        """
        before = self.skipped.copy()
        try:
            yield
        except FileError:
            raise
        except DataError as error:
            self.skipped.restore(before)
            self.add(str(error), kind)

    def add(self, message: str, kind: str = "records") -> None:
        """Handles one error by the policy.

        Raises:
            FileError: With ``"stop"``, the errors so far once there are 20.
        """
        self.count += 1
        if len(self.found) < LISTED:
            self.found.append(message)
        if self.on_error == "skip":
            self.skipped.add(f"{kind} with errors skipped", message, examples=LISTED)
        elif self.count == LISTED:
            raise FileError(f"at least {LISTED} errors; the first {LISTED}:\n{self._listed()}")

    def finish(self, path: Path, documents: int) -> None:
        """Ends a reading.

        Args:
            path: What was read.
            documents: How many documents were read.

        Raises:
            DataError: With ``"stop"``, all errors; with ``"skip"``, when errors left nothing.
        """
        if not self.count or (self.on_error == "skip" and documents):
            return
        if self.on_error == "skip":
            raise DataError(
                f"{path}: every record has errors ({self.count:,}), so nothing can be read; the "
                f"first: {self.found[0]}"
            )
        if self.count == 1:
            raise DataError(f"{self.found[0]}\n{_REMEDY}")
        raise DataError(f"{path}: {self.count} errors:\n{self._listed()}")

    def with_earlier(self, path: Path, error: DataError) -> DataError:
        """An error that ends the reading, together with those found before it."""
        if not self.stopped or isinstance(error, FileError):
            return error
        self.found.append(str(error))
        return FileError(f"{path}: {len(self.found)} errors:\n{self._listed()}")

    def _listed(self) -> str:
        return "\n".join([*(f"  {message}" for message in self.found), _REMEDY])


class Strict(Faults):
    """Raises each error where it occurs, for readings that only ask whether there is one."""

    def __init__(self) -> None:
        super().__init__("stop", SkippedData())

    def add(self, message: str, kind: str = "records") -> None:
        """Raises the error."""
        raise DataError(message)
