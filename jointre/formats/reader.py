"""Reader: reads one corpus format, document by document."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from jointre.config import Registrable
from jointre.data.fields import sequence, shown
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.vocabulary import LabelSets
from jointre.errors import DataError
from jointre.formats.common.byte_order_mark import without_text_mark
from jointre.formats.common.files import check_file, opened, parse, read_text
from jointre.formats.common.reading import FileError, OnError, Reading
from jointre.formats.common.types_file import read_types
from jointre.formats.common.unpacked import MaxUnpacked
from jointre.formats.common.writable import with_storable_extra

_HEAD = 2**20  # bytes; enough for the first records of every format


class Reader(Registrable, ABC, interface="reader"):
    """Dataset reader: reads the documents of one format.

    An implementation gives ``_documents``, in which it reads each record inside
    ``with reading.record():``, so that ``on_error`` decides what happens to a bad one, and
    ``looks_like``, so that files of the format are recognised. Its constructor takes ``types``,
    ``on_error`` and ``max_unpacked`` and passes them on. A reader stores nothing of what it reads.

    Args:
        types: The file of labels (see :func:`read_types`), where the corpus has one.
        on_error: What happens at a line or record that cannot be read. ``"stop"``: reading ends
            with one error that lists the first 20 of the file; ``"skip"``: the record, or the
            annotation line where the format has such lines, is skipped and counted.
        max_unpacked: Largest size in MiB to which a compressed file may unpack; None: 1,024, and
            above 64 at most 200 times the size of the file.

    Attributes:
        language: spaCy's code of the language by whose rules the reader cuts texts into words.
        suffixes: Endings of the names of such files; ``.gz`` may follow.
        folders: Whether a corpus may be a folder of such files.
        annotated: Whether files of the format hold annotations.
    """

    given: ClassVar[tuple[str, ...]] = ()
    suffixes: ClassVar[tuple[str, ...]] = (".json",)
    folders: ClassVar[bool] = False
    annotated: ClassVar[bool] = True
    language: str = "en"

    def __init__(
        self,
        types: Path | None = None,
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        self.types = None if types is None else Path(types)
        self.on_error: OnError = on_error
        self.max_unpacked = max_unpacked

    def read(self, path: str | Path, skipped: SkippedData | None = None) -> Iterator[Document]:
        """The documents of a file or folder, each read when it is needed.

        Args:
            path: A plain or gzipped file, or a folder where the format has ``folders``.
            skipped: Counts what the documents cannot hold, and skipped records; None: these are
                logged as warnings when all documents have been read.

        Raises:
            DataError: Immediately if there is no such file; while reading if a record is wrong or
                two documents have the same id.
        """
        path = Path(path)
        self.files(path)
        return self._distinct(path, skipped)

    def files(self, path: Path) -> list[Path]:
        """The files that reading ``path`` opens, except the types file.

        Raises:
            DataError: There is no such file.
        """
        check_file(path)
        return [path]

    @classmethod
    def looks_like(cls, path: Path, head: str) -> float:
        """How certain it is that a file has this format, from 0 (it does not) to 1.

        The reader with the highest number reads the file; of equal ones it is the first by name.

        Args:
            path: The file or folder.
            head: The beginning of the file, at most 1 MiB; bytes that are not UTF-8 are replaced
                by U+FFFD. Empty for a folder.
        """
        return 0.0

    def _distinct(self, path: Path, skipped: SkippedData | None) -> Iterator[Document]:
        counts = SkippedData() if skipped is None else skipped
        reading = Reading(path, self.on_error, counts, self._explain)
        documents = self._documents(reading)
        ids: set[str] = set()
        while True:
            try:
                location, document = next(documents)
            except StopIteration:
                break
            except DataError as error:
                raise reading.with_earlier(error) from error.__cause__
            if document.id in ids:
                reading.add(
                    f"{location}: the id {shown(document.id)} occurs twice in this file; ids must "
                    "differ"
                )
                continue
            ids.add(document.id)
            if not reading.stopped:
                document = without_text_mark(document, counts)
                yield with_storable_extra(document, counts)
        reading.finish(len(ids))
        if skipped is None:
            counts.log(str(path))

    @abstractmethod
    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        """Each document of ``reading.path`` after its location, such as ``file:line``."""

    def listed(self, path: Path) -> list[Any]:
        """The records of a file that is one JSON list.

        Raises:
            DataError: The file is not JSON, or not a list.
        """
        try:
            return sequence(
                parse(read_text(path, self.max_unpacked), path), str(path), "the file's content"
            )
        except DataError as error:
            raise self._explain(path, error) from error

    def label_sets(self) -> LabelSets | None:
        """The labels of the types file, or None without one."""
        return None if self.types is None else read_types(self.types)

    def _explain(self, path: Path, problem: DataError) -> DataError:
        """The problem, or a clearer one if the file looks like another format."""
        detected, own_name = detect(path), self.registered_name
        if detected in (None, own_name):
            return problem
        detail = str(problem).removeprefix(f"{path}:").strip()
        return FileError(
            f"{path}: this looks like the format {detected!r}, not {own_name!r}; "
            f"{_advice(detected, path)} ({detail})"
        )


def _advice(name: str, path: Path) -> str:
    """Recommend a reader only if it can read the first document of the file."""
    try:
        next(Reader.by_name(name)().read(path, SkippedData()), None)
    except DataError as error:
        return f"but the reader {name!r} cannot read it either: {error}"
    return f"choose {name!r}"


def detect(path: Path, texts: bool = False) -> str | None:
    """The registered name of the reader for a corpus, or None if no format looks like it.

    Args:
        path: A plain or gzipped file, or a folder.
        texts: Whether formats without annotations, such as plain text, count.

    Example:
        >>> detect(Path("fixtures/newswire/train.jsonl"))
        'jsonl'
    """
    head = ""
    if not path.is_dir():
        try:
            with opened(path) as stream:
                head = stream.read(_HEAD).decode("utf-8-sig", errors="replace")
        except (DataError, OSError):
            return None
    readers = {name: Reader.by_name(name) for name in sorted(Reader.names())}
    scores = {
        name: reader.looks_like(path, head)
        for name, reader in readers.items()
        if texts or reader.annotated
    }
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] > 0 else None
