"""Reader: one corpus format, read document by document and, where possible, written."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar, Literal

from jointre.config import Registrable
from jointre.data.losses import Losses
from jointre.data.readers.files import check_file
from jointre.data.readers.sniff import sniff
from jointre.data.readers.types_file import read_types
from jointre.data.schema import Document
from jointre.data.vocabulary import LabelSets
from jointre.errors import DataError

__all__ = ["LabelSets", "Losses", "Reader"]


class Reader(Registrable, ABC, interface="reader"):
    """Reads one format; what :class:`Document` cannot hold is counted in ``losses``.

    An implementation gives ``_documents``; one that can write overrides ``write``.

    Args:
        types: the file of labels (see :func:`read_types`), where the corpus has one.

    Attributes:
        losses: what all readings so far could not represent.
        unit: what one record of the format holds; a converter splits for ``"sentence"``.
        suffixes: endings of such files' names; ``.gz`` may follow.
        folders: whether a corpus may be a folder of such files.
    """

    given: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[Literal["sentence", "document"]] = "document"
    suffixes: ClassVar[tuple[str, ...]] = (".json",)
    folders: ClassVar[bool] = False

    def __init__(self, types: Path | None = None) -> None:
        self.types = None if types is None else Path(types)
        self.losses = Losses()

    def read(self, path: Path) -> Iterator[Document]:
        """The documents of a file or folder, one by one as they are asked for.

        Args:
            path: a plain or gzipped file, or a folder where the format has ``folders``.

        Raises:
            DataError: at once when there is no such file; while reading when a record
                cannot be right or two documents have the same id.
        """
        self.files(path)
        return self._distinct(path)

    def files(self, path: Path) -> list[Path]:
        """The files that reading ``path`` opens, types file aside.

        Raises:
            DataError: there is no such file.
        """
        check_file(path)
        return [path]

    def _distinct(self, path: Path) -> Iterator[Document]:
        seen: set[str] = set()
        for place, document in self._documents(path):
            if document.id in seen:
                raise DataError(
                    f"{place}: the id {document.id!r} occurs twice in this file; ids must differ"
                )
            seen.add(document.id)
            yield document

    @abstractmethod
    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        """Each document with its place, ``file:line`` or ``file: record n``."""

    def write(self, documents: Iterable[Document], path: Path) -> Losses:
        """Writes documents; the file appears whole or not at all.

        Returns:
            What the format could not hold.

        Raises:
            DataError: the format cannot be written, or the file cannot.
        """
        raise DataError(
            f"{path}: files of the format {self.registered_name!r} can be read but not written; "
            "write 'jsonl' instead"
        )

    def label_sets(self) -> LabelSets | None:
        """The labels of the types file, or None without one."""
        return None if self.types is None else read_types(self.types)

    def _misread(self, path: Path, problem: DataError) -> DataError:
        """The problem, or a clearer one when the file looks like another format's."""
        found, own = sniff(path), self.registered_name
        if found in (None, own):
            return problem
        advice = f"choose {found!r}" if found in self.names() else "no reader here reads that"
        detail = str(problem).removeprefix(f"{path}:").strip()
        return DataError(
            f"{path}: this looks like the format {found!r}, not {own!r}; {advice} ({detail})"
        )
