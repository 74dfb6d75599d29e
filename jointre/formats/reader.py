"""Reader: one corpus format, read document by document and, where possible, written."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Literal

from jointre.config import Registrable
from jointre.data.fields import sequence, shown
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.vocabulary import LabelSets
from jointre.errors import DataError
from jointre.formats.common.byte_order_mark import without_text_mark
from jointre.formats.common.detect import detect
from jointre.formats.common.faults import Faults, FileError, OnError
from jointre.formats.common.files import check_file, parse, read_text
from jointre.formats.common.types_file import read_types
from jointre.formats.common.writable import with_storable_extra

__all__ = ["LabelSets", "Reader", "SkippedData"]


class Reader(Registrable, ABC, interface="reader"):
    """Dataset reader: reads one format, and counts what a Document cannot hold.

    An implementation gives ``_documents``, in which it reads each record inside
    ``with self.guard(path):``, so that ``on_error`` decides what becomes of a bad one; one that can
    write overrides ``write``. Its constructor takes ``types`` and ``on_error`` and passes them on.

    Args:
        types: the file of labels (see :func:`read_types`), where the corpus has one.
        on_error: What happens at a line or record that cannot be read. ``"stop"``: reading ends
            with one error that lists the first 20 of the file; ``"skip"``: the record, or the
            annotation line where the format has such lines, is skipped and counted in ``skipped``.

    Attributes:
        faults: The errors of the reading that is under way.
        skipped: what all readings so far could not represent.
        unit: what one record of the format holds; a converter splits for ``"sentence"``.
        language: spaCy's code of the language by whose rules the reader cuts texts into words.
        suffixes: endings of such files' names; ``.gz`` may follow.
        folders: whether a corpus may be a folder of such files.
    """

    given: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[Literal["sentence", "document"]] = "document"
    suffixes: ClassVar[tuple[str, ...]] = (".json",)
    folders: ClassVar[bool] = False
    language: str = "en"

    def __init__(self, types: Path | None = None, on_error: OnError = "stop") -> None:
        self.types = None if types is None else Path(types)
        self.on_error: OnError = on_error
        self.skipped = SkippedData()
        self.faults = Faults(on_error, self.skipped)

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
        faults = Faults(self.on_error, self.skipped)
        documents = self._documents(path)
        seen: set[str] = set()
        while True:
            # Readings may take turns, and a caller may ask for losses of its own.
            self.faults, faults.skipped = faults, self.skipped
            try:
                place, document = next(documents)
            except StopIteration:
                break
            except DataError as error:
                raise faults.with_earlier(path, error) from error.__cause__
            if document.id in seen:
                faults.add(
                    f"{place}: the id {shown(document.id)} occurs twice in this file; ids must "
                    "differ"
                )
                continue
            seen.add(document.id)
            if not faults.stopped:
                document = without_text_mark(document, self.skipped)
                yield with_storable_extra(document, self.skipped)
        faults.finish(path, len(seen))

    @contextmanager
    def guard(self, path: Path, kind: str = "records") -> Iterator[None]:
        """Reads one record: a DataError in the block is handled as ``on_error`` says.

        Args:
            path: The file, whose format is looked at when its first record has an error.
            kind: Plural noun for what is skipped.

        Raises:
            DataError: The file looks like another format's, or has 20 errors.
        """
        faults = self.faults
        faults.records += 1
        first = faults.records == 1
        with faults.guard(kind):
            try:
                yield
            except DataError as error:
                raise (self._misread(path, error) if first else error) from error

    def listed(self, path: Path) -> list[Any]:
        """The records of a file that is one JSON list.

        Raises:
            DataError: The file is not JSON, or not a list.
        """
        try:
            return sequence(parse(read_text(path), path), str(path), "the file's content")
        except DataError as error:
            raise self._misread(path, error) from error

    @abstractmethod
    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        """Each document with its place, ``file:line`` or ``file: record n``."""

    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
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
        detected, own = detect(path), self.registered_name
        if detected in (None, own):
            return problem
        detail = str(problem).removeprefix(f"{path}:").strip()
        return FileError(
            f"{path}: this looks like the format {detected!r}, not {own!r}; "
            f"{_advice(detected, path)} ({detail})"
        )


def _advice(name: str, path: Path) -> str:
    """Recommend a reader only if it can read the file's first document."""
    if name not in Reader.names():
        return "no reader here reads that"
    try:
        next(iter(Reader.by_name(name)().read(path)), None)
    except DataError as error:
        return f"but the reader {name!r} cannot read it either: {error}"
    return f"choose {name!r}"
