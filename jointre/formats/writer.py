"""Writer: writes documents in one corpus format."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Literal

from jointre.config import Registrable
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData


class Writer(Registrable, ABC, interface="writer"):
    """Dataset writer: writes documents in one format, and counts what the format cannot hold.

    It is registered under the name of the format, as its reader is. An implementation gives
    ``_write``, in which it passes the documents through
    :func:`~jointre.formats.common.writable.writable` and writes with
    :func:`~jointre.outputs.replaced`, so that the file appears complete or not at all.

    Attributes:
        unit: What one record of the format holds; documents are split for ``"sentence"``.
        suffixes: Endings of the names of such files; ``.gz`` may follow.
        folders: Whether a folder of such files is written.
    """

    given: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[Literal["sentence", "document"]] = "document"
    suffixes: ClassVar[tuple[str, ...]] = (".json",)
    folders: ClassVar[bool] = False

    def write(
        self,
        documents: Iterable[Document],
        path: str | Path,
        skipped: SkippedData | None = None,
    ) -> None:
        """Write documents; the file or folder appears complete or not at all.

        Args:
            documents: The documents, in their order.
            path: The file to write, gzipped for ``.gz``, or a new or empty folder where the format
                has ``folders``.
            skipped: Counts what the format cannot hold; None: this is logged as warnings.

        Raises:
            DataError: The file or folder cannot be written.
        """
        path = Path(path)
        counts = SkippedData() if skipped is None else skipped
        self._write(documents, path, counts)
        if skipped is None:
            counts.log(str(path))

    @abstractmethod
    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        """Write the documents; what the format cannot hold is counted in ``skipped``."""
