"""One reading of a corpus: how its errors are handled, and what it skips."""

from collections.abc import Callable, Iterator
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
    """The file has another format or too many errors, so reading ends under every policy."""


class Reading:
    """One reading of a file or folder.

    Args:
        path: The file or folder.
        on_error: ``"stop"``: errors are collected, and :meth:`finish` raises them together;
            ``"skip"``: they are counted in ``skipped``.
        skipped: Counts what the documents cannot hold, and records with errors.
        explain: Gives a clearer error if the file looks like another format; it is asked when the
            first record has an error.

    Attributes:
        messages: The errors so far.
        count: Number of errors; ``messages`` has at most 20 of them.
        records: Number of records that were begun.
    """

    def __init__(
        self,
        path: Path,
        on_error: OnError,
        skipped: SkippedData,
        explain: Callable[[Path, DataError], DataError] | None = None,
    ) -> None:
        self.path = path
        self.on_error = on_error
        self.skipped = skipped
        self._explain = explain
        self.messages: list[str] = []
        self.count = 0
        self.records = 0

    @property
    def stopped(self) -> bool:
        """Whether the reading only continues in order to list further errors."""
        return self.on_error == "stop" and self.count > 0

    @contextmanager
    def record(self, kind: str = "records", path: Path | None = None) -> Iterator[None]:
        """Read one record: a DataError in the block is handled as ``on_error`` says.

        Args:
            kind: Plural noun for what is skipped.
            path: File of the record, where ``path`` of the reading is a folder.

        Raises:
            DataError: The file looks like another format, or has 20 errors.
        """
        self.records += 1
        first = self.records == 1
        with self.guard(kind):
            try:
                yield
            except DataError as error:
                if first and self._explain is not None:
                    raise self._explain(path or self.path, error) from error
                raise

    @contextmanager
    def guard(self, kind: str = "records") -> Iterator[None]:
        """Handle a DataError of the block by the policy: the block ends, and reading continues.

        What the block added to ``skipped`` before the error is removed again.

        Args:
            kind: Plural noun for what is skipped, ``"annotation lines"`` for example.

        Raises:
            FileError: With ``"stop"``, the errors so far once there are 20.
        """
        earlier_counts = self.skipped.copy()
        try:
            yield
        except FileError:
            raise
        except DataError as error:
            self.skipped.restore(earlier_counts)
            self.add(str(error), kind)

    def add(self, message: str, kind: str = "records") -> None:
        """Handle one error by the policy.

        Raises:
            FileError: With ``"stop"``, the errors so far once there are 20.
        """
        self.count += 1
        if len(self.messages) < LISTED:
            self.messages.append(message)
        if self.on_error == "skip":
            self.skipped.add(f"{kind} with errors skipped", message, examples=LISTED)
        elif self.count == LISTED:
            raise FileError(f"at least {LISTED} errors; the first {LISTED}:\n{self._listed()}")

    def finish(self, documents: int) -> None:
        """End the reading.

        Args:
            documents: Number of documents that were read.

        Raises:
            DataError: With ``"stop"``, all errors; with ``"skip"``, when every record has errors.
        """
        if not self.count or (self.on_error == "skip" and documents):
            return
        if self.on_error == "skip":
            raise DataError(
                f"{self.path}: every record has errors ({self.count:,}), so nothing can be read; "
                f"the first: {self.messages[0]}"
            )
        if self.count == 1:
            raise DataError(f"{self.messages[0]}\n{_REMEDY}")
        raise DataError(f"{self.path}: {self.count} errors:\n{self._listed()}")

    def with_earlier(self, error: DataError) -> DataError:
        """An error that ends the reading, together with the earlier errors."""
        if not self.stopped or isinstance(error, FileError):
            return error
        self.messages.append(str(error))
        return FileError(f"{self.path}: {len(self.messages)} errors:\n{self._listed()}")

    def _listed(self) -> str:
        return "\n".join([*(f"  {message}" for message in self.messages), _REMEDY])


class StrictReading(Reading):
    """A reading that raises each error where it occurs.

    Args:
        path: The file or folder.
    """

    def __init__(self, path: Path = Path()) -> None:
        super().__init__(path, "stop", SkippedData())

    def add(self, message: str, kind: str = "records") -> None:
        """Raise the error."""
        raise DataError(message)
