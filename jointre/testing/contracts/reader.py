"""The suite of readers: a sample of the format is read, damaged and written."""

import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from jointre.config.schema import options_of
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import Reader
from jointre.testing.contracts.contract import Contract
from jointre.testing.tiny import tiny_documents, tiny_texts

Content = str | bytes
CUTS = 60  # places at which the sample is cut off


class ReaderContract(Contract):
    """The suite of :class:`~jointre.formats.Reader`.

    Attributes:
        sample: a file of the format, text or bytes, as short as you like, with two documents or
            more, an entity and a relation; of a format that spreads a corpus over a folder, its
            files by name.
    """

    interface = Reader
    sample: ClassVar[Content | Mapping[str, Content]]

    def build(self) -> Any:
        """A reader that has read nothing."""
        return self.factory()()

    def documents(self) -> Sequence[Document]:
        """What to write, beside the sample: some of it may be more than the format holds."""
        return [*tiny_documents(), *tiny_texts()]

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

    def writes(self) -> bool:
        """Whether the reader can write."""
        return type(self.build()).write is not Reader.write

    def test_suffixes(self) -> None:
        """Endings of file names, each with its dot."""
        suffixes = self.build().suffixes
        right = bool(suffixes) and all(suffix[:1] == "." for suffix in suffixes)
        assert right, f"suffixes must be endings such as '.json', not {suffixes!r}"

    def test_reads_the_sample(self, tmp_path: Path) -> None:
        """Documents come one by one, and are the same when they are read again."""
        path, reader = self.saved(tmp_path / "a", self.files()), self.build()
        found = reader.read(path)
        assert isinstance(found, Iterator), "read gives documents one by one, as an iterator"
        documents = list(found)
        entities = sum(len(document.entities) for document in documents)
        relations = sum(len(document.relations) for document in documents)
        assert min(len(documents) - 1, entities, relations) > 0, (
            f"the sample must have two documents, an entity and a relation; {len(documents)}, "
            f"{entities} and {relations} were read"
        )
        again = [list(each.read(path)) for each in (reader, self.build())]
        assert again == [documents, documents], "reading a file again gives other documents"

    def test_reads_gzip(self, tmp_path: Path) -> None:
        """A zipped file reads as the plain one; folders hold plain files."""
        plain = self.saved(tmp_path / "a", self.files())
        zipped = {name: gzip.compress(content) for name, content in self.files().items()}
        if isinstance(self.sample, Content):
            path = self.saved(tmp_path / "b", zipped)
            named = path.rename(path.with_name(f"{path.name}.gz"))
            same = self._read(named) == self._read(plain)
            assert same, "a file with the ending .gz reads otherwise than the plain one"

    def test_a_missing_file_is_told_at_once(self, tmp_path: Path) -> None:
        """Before the first document is asked for."""
        path = tmp_path / f"none{self.build().suffixes[0]}"
        error = _raised(self.build().read, path)
        assert error is not None, "a missing file must be refused when read is called"
        assert isinstance(error, DataError), f"a missing file raises {_told(error)}, no DataError"
        assert path.name in str(error), f"the message does not name the file: {error}"

    def test_damage_is_told(self, tmp_path: Path) -> None:
        """A damaged file reads as what is left of it, or is a DataError that names the file."""
        for number, (what, files) in enumerate(damaged(self.files())):
            path = self.saved(tmp_path / str(number), files)
            error = _raised(self._read, path)
            if error is not None:
                wrong = f"{what} raises {_told(error)}; raise a DataError with file and line"
                assert isinstance(error, DataError), wrong
                named = path.name in str(error)
                assert named, f"{what}: the message does not name the file: {error}"

    def bad_files(self) -> Iterator[dict[str, bytes]]:
        """Files of which at least one has a bad record beside a good one."""
        return (files for _, files in damaged(self.files()))

    def test_bad_records_can_be_skipped(self, tmp_path: Path) -> None:
        """``on_error`` is an option: errors stop the reading, or are skipped and counted."""
        kind: type[Reader] = type(self.build())
        wanted = "on_error" in options_of(kind)
        assert wanted, f"{kind.__name__} needs the option on_error, which it passes to Reader"
        skipped = 0
        for number, files in enumerate(self.bad_files()):
            path = self.saved(tmp_path / str(number), files)
            if _raised(self._read, path) is None:
                continue
            reader = self.build()
            reader.on_error = "skip"
            error = _raised(lambda path, reader=reader: list(reader.read(path)), path)
            if error is None:
                counted = any("errors skipped" in each for each, _ in reader.skipped)
                assert counted, f"{path}: errors are skipped with on_error='skip' but not counted"
                skipped += 1
        assert skipped, (
            "no error in a damaged sample was skipped with on_error='skip'; read each record "
            "inside 'with self.guard(path):'"
        )

    def test_own_files_come_back(self, tmp_path: Path) -> None:
        """Writing what was read loses nothing; who cannot write says so."""
        reader = self.build()
        documents = list(reader.read(self.saved(tmp_path / "a", self.files())))
        target = self._target(tmp_path)
        if not self.writes():
            self._refused(documents, target)
            return
        skipped = reader.write(documents, target)
        assert not skipped, f"writing what the format holds loses {skipped.lines()[0]}"
        again = self._read(target)
        for before, after in zip(documents, again, strict=True):
            assert after == before, f"document {before.id!r} changes when written and read"
            kept = {key: after.extra.get(key) for key in before.extra}
            assert kept == before.extra, f"'extra' of document {before.id!r} changes"

    def test_what_is_lost_is_counted(self, tmp_path: Path) -> None:
        """A document that comes back changed was counted; a second time nothing is lost."""
        documents = self.documents() if self.writes() else ()
        for number, document in enumerate(documents):
            at = f"document {document.id!r}"
            found, skipped = self._trip(document, tmp_path, f"{number}a")
            whole = [facts(each) for each in found] == [facts(document)]
            assert whole or skipped, f"{at} comes back changed, but nothing is counted"
            for each in found:
                (again,), _ = self._trip(each, tmp_path, f"{number}b")
                assert facts(again) == facts(each), (
                    f"{at}: what was written and read once changes when it is written again"
                )

    def test_a_file_appears_whole_or_not_at_all(self, tmp_path: Path) -> None:
        """Where a document cannot be had, nothing is written, and a file that is there stays."""
        reader, target = self.build(), self._target(tmp_path)
        documents = self.documents() if self.writes() else ()

        def broken() -> Iterator[Document]:
            yield from documents
            raise DataError("no more")

        for before in (None, b"before") if isinstance(self.sample, Content) else (None,):
            if before is not None:
                target.write_bytes(before)
            error = _raised(reader.write, broken(), target)
            assert error is not None, "write hides an error of the documents it is given"
            left = [path for path in tmp_path.iterdir() if path != target]
            assert not left, f"after a failure {left[0].name} is left beside the target"
            after = target.read_bytes() if target.is_file() else None
            unchanged = after == before and not target.is_dir()
            assert unchanged, (
                "after a failure the target is a part of the documents; use replaced()"
            )

    def _read(self, path: Path) -> list[Document]:
        return list(self.build().read(path))

    def _target(self, folder: Path) -> Path:
        return folder / (
            "out" + (self.build().suffixes[0] if isinstance(self.sample, Content) else "")
        )

    def _trip(
        self, document: Document, folder: Path, name: str
    ) -> tuple[list[Document], SkippedData]:
        reader = self.build()
        target = self._target(folder).with_stem(f"out{name}")
        skipped: SkippedData = reader.write([document], target)
        found = list(reader.read(target))
        skipped.merge(reader.skipped)
        return found, skipped

    def _refused(self, documents: Sequence[Document], target: Path) -> None:
        error = _raised(self.build().write, documents, target)
        refused = isinstance(error, DataError) and "not written" in str(error)
        assert refused, f"a format that is not written says so; write raises {_told(error)}"


def facts(document: Document) -> tuple[object, ...]:
    """What no format may lose in silence; a single sentence says nothing."""
    return (
        document.id,
        document.tokens,
        document.sentences if len(document.sentences) > 1 else (),
        document.entities,
        document.relations,
        document.clusters,
    )


def damaged(files: Mapping[str, bytes]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """What was done to one of the files, and all files with that done."""
    for name, content in files.items():
        places = sorted({len(content) * step // CUTS for step in range(CUTS)})
        for place in places:
            yield f"{name} cut off at byte {place}", {**files, name: content[:place]}
        lines = content.splitlines(keepends=True)
        for number in range(len(lines)):
            rest = b"".join(lines[:number] + lines[number + 1 :])
            yield f"{name} without line {number + 1}", {**files, name: rest}
        half = len(content) // 2
        broken = content[:half] + b"\xff" + content[half:]
        yield f"{name} with a byte that is not UTF-8", {**files, name: broken}


def _raised(action: Callable[..., object], *given: object) -> Exception | None:
    """The exception that an action ends with."""
    try:
        action(*given)
    except Exception as error:
        return error
    return None


def _told(error: Exception | None) -> str:
    return f"{type(error).__name__}: {error}"
