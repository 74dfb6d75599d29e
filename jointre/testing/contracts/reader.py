"""The suite of readers, which reads a sample of the format and damaged versions of it."""

import gzip
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from jointre.config.schema import options_of
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import Reader, detect
from jointre.testing.contracts.contract import Contract

Content = str | bytes
CUTS = 60  # places at which the sample is cut off


class SampleContract(Contract):
    """A suite with a sample of a format.

    Attributes:
        sample: A file of the format, text or bytes, as short as you like, with two documents or
            more, an entity and a relation; of a format that spreads a corpus over a folder, its
            files by name.
    """

    sample: ClassVar[Content | Mapping[str, Content]]

    def build(self) -> Any:
        """A new reader or writer."""
        return self.factory()()

    def files(self) -> dict[str, bytes]:
        """The sample's files by name."""
        files = self.sample
        if isinstance(files, Content):
            files = {f"sample{self.build().suffixes[0]}": files}
        return {
            name: content.encode() if isinstance(content, str) else content
            for name, content in files.items()
        }

    def saved(self, folder: Path, files: Mapping[str, bytes]) -> Path:
        """The path of files, written to a new folder: the file's, or the folder's."""
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder / next(iter(files)) if isinstance(self.sample, Content) else folder

    def test_suffixes(self) -> None:
        """Endings of file names, each with its dot."""
        suffixes = self.build().suffixes
        right = bool(suffixes) and all(suffix[:1] == "." for suffix in suffixes)
        assert right, f"suffixes must be endings such as '.json', not {suffixes!r}"


class ReaderContract(SampleContract):
    """The suite of :class:`~jointre.formats.Reader`."""

    interface = Reader

    def test_reads_the_sample(self, tmp_path: Path) -> None:
        """Documents come one by one, and are the same when they are read again."""
        path, reader = self.saved(tmp_path / "a", self.files()), self.build()
        iterator = reader.read(path, SkippedData())
        assert isinstance(iterator, Iterator), "read gives documents one by one, as an iterator"
        documents = list(iterator)
        entities = sum(len(document.entities) for document in documents)
        relations = sum(len(document.relations) for document in documents)
        annotated = min(entities, relations) if reader.annotated else 1
        assert min(len(documents) - 1, annotated) > 0, (
            f"the sample must have two documents, an entity and a relation; {len(documents)}, "
            f"{entities} and {relations} were read"
        )
        readers = (reader, self.build())
        again = [list(second.read(path, SkippedData())) for second in readers]
        assert again == [documents, documents], "reading a file again gives other documents"

    def test_the_sample_is_recognised(self, tmp_path: Path) -> None:
        """Of all registered formats, the sample looks most like this one."""
        path, reader = self.saved(tmp_path / "a", self.files()), self.build()
        if reader.registered_name in Reader.names():
            detected = detect(path, texts=True)
            assert detected == reader.registered_name, (
                f"the sample is taken for the format {detected!r}; give the reader looks_like"
            )

    def test_reads_gzip(self, tmp_path: Path) -> None:
        """A compressed file gives the same documents; folders have plain files."""
        plain = self.saved(tmp_path / "a", self.files())
        zipped = {name: gzip.compress(content) for name, content in self.files().items()}
        if isinstance(self.sample, Content):
            path = self.saved(tmp_path / "b", zipped)
            named = path.rename(path.with_name(f"{path.name}.gz"))
            same = self._read(named) == self._read(plain)
            assert same, "a file with the ending .gz gives other documents than the plain one"

    def test_a_missing_file_is_an_error_at_once(self, tmp_path: Path) -> None:
        """The error is raised before the first document is requested."""
        path = tmp_path / f"none{self.build().suffixes[0]}"
        error = raised(self.build().read, path)
        assert error is not None, "a missing file must be refused when read is called"
        assert isinstance(error, DataError), (
            f"a missing file raises {described(error)}, not a DataError"
        )
        assert path.name in str(error), f"the message does not name the file: {error}"

    def test_damage_is_reported(self, tmp_path: Path) -> None:
        """The undamaged part of a file is read, or there is a DataError that names the file."""
        for number, (damage, files) in enumerate(damaged(self.files())):
            path = self.saved(tmp_path / str(number), files)
            error = raised(self._read, path)
            if error is not None:
                wrong = f"{damage} raises {described(error)}; raise a DataError with file and line"
                assert isinstance(error, DataError), wrong
                named = path.name in str(error)
                assert named, f"{damage}: the message does not name the file: {error}"

    def bad_files(self) -> Iterator[dict[str, bytes]]:
        """Files of which at least one has a bad record beside a good one."""
        return (files for _, files in damaged(self.files()))

    def test_bad_records_can_be_skipped(self, tmp_path: Path) -> None:
        """``on_error`` is an option: errors stop the reading, or are skipped and counted."""
        kind: type[Reader] = type(self.build())
        if not kind.annotated:
            return  # a text has no records
        for name in ("on_error", "max_unpacked"):
            has_option = name in options_of(kind)
            assert has_option, f"{kind.__name__} needs the option {name}, which it passes to Reader"
        skipped = 0
        for number, files in enumerate(self.bad_files()):
            path = self.saved(tmp_path / str(number), files)
            if raised(self._read, path) is None:
                continue
            reader, counts = self.build(), SkippedData()
            reader.on_error = "skip"
            error = raised(lambda *paths, reader=reader: list(reader.read(*paths)), path, counts)
            if error is None:
                counted = any("errors skipped" in kind for kind, _ in counts)
                assert counted, f"{path}: errors are skipped with on_error='skip' but not counted"
                skipped += 1
        assert skipped, (
            "no error in a damaged sample was skipped with on_error='skip'; read each record "
            "inside 'with reading.record():'"
        )

    def _read(self, path: Path) -> list[Document]:
        return list(self.build().read(path, SkippedData()))


def facts(document: Document) -> tuple[object, ...]:
    """Content that no format may lose silently; a single sentence boundary does not count."""
    return (
        document.id,
        document.tokens,
        document.sentences if len(document.sentences) > 1 else (),
        document.entities,
        document.relations,
        document.clusters,
    )


def damaged(files: Mapping[str, bytes]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Damaged versions of files: a description of the damage, and all files with it."""
    for name, content in files.items():
        cuts = sorted({len(content) * step // CUTS for step in range(CUTS)})
        for cut in cuts:
            yield f"{name} cut off at byte {cut}", {**files, name: content[:cut]}
        lines = content.splitlines(keepends=True)
        for number in range(len(lines)):
            remaining = b"".join(lines[:number] + lines[number + 1 :])
            yield f"{name} without line {number + 1}", {**files, name: remaining}
        half = len(content) // 2
        broken = content[:half] + b"\xff" + content[half:]
        yield f"{name} with a byte that is not UTF-8", {**files, name: broken}


def raised(action: Callable[..., object], *arguments: object) -> Exception | None:
    """The exception that a function raises; None if it raises none."""
    try:
        action(*arguments)
    except Exception as error:
        return error
    return None


def described(error: Exception | None) -> str:
    """The type and the message of an exception."""
    return f"{type(error).__name__}: {error}"
