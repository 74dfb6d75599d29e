"""The suite of writers, which reads what they write, and checks that losses are counted."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from jointre.config import construct
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import Reader, Writer
from jointre.testing.contracts.reader import Content, SampleContract, facts, raised
from jointre.testing.tiny import tiny_documents, tiny_texts


class WriterContract(SampleContract):
    """The suite of :class:`~jointre.formats.Writer`.

    Attributes:
        reader: The component that reads what is written; None: the reader of the same name.
    """

    interface = Writer
    reader: ClassVar[Any] = None

    def documents(self) -> Sequence[Document]:
        """What to write, beside the sample: some of it may be more than the format holds."""
        return [*tiny_documents(), *tiny_texts()]

    def build_reader(self) -> Reader:
        """The reader of what is written."""
        component = self.reader or self.build().registered_name
        reader: Reader = (
            component() if isinstance(component, type) else construct(Reader, component)
        )
        return reader

    def test_own_files_come_back(self, tmp_path: Path) -> None:
        """Writing what was read loses nothing."""
        documents = self._read(self.saved(tmp_path / "a", self.files()), SkippedData())
        target, skipped = self._target(tmp_path), SkippedData()
        self.build().write(documents, target, skipped)
        assert not skipped, f"writing what the format holds loses {skipped.lines()[0]}"
        again = self._read(target, SkippedData())
        for before, after in zip(documents, again, strict=True):
            assert after == before, f"document {before.id!r} changes when written and read"
            extra = {key: after.extra.get(key) for key in before.extra}
            assert extra == before.extra, f"'extra' of document {before.id!r} changes"

    def test_what_is_lost_is_counted(self, tmp_path: Path) -> None:
        """A document that comes back changed was counted; a second time nothing is lost."""
        for number, document in enumerate(self.documents()):
            at = f"document {document.id!r}"
            documents, skipped = self._trip(document, tmp_path, f"{number}a")
            complete = [facts(result) for result in documents] == [facts(document)]
            assert complete or skipped, f"{at} comes back changed, but nothing is counted"
            for result in documents:
                (again,), _ = self._trip(result, tmp_path, f"{number}b")
                assert facts(again) == facts(result), (
                    f"{at}: what was written and read once changes when it is written again"
                )

    def test_a_file_appears_whole_or_not_at_all(self, tmp_path: Path) -> None:
        """Where a document cannot be had, nothing is written, and a file that is there stays."""
        writer, target = self.build(), self._target(tmp_path)

        def broken() -> Iterator[Document]:
            yield from self.documents()
            raise DataError("no more")

        for before in (None, b"before") if isinstance(self.sample, Content) else (None,):
            if before is not None:
                target.write_bytes(before)
            error = raised(writer.write, broken(), target)
            assert error is not None, "write hides an error of the documents it is given"
            remains = [path for path in tmp_path.iterdir() if path != target]
            assert not remains, f"after a failure {remains[0].name} remains beside the target"
            after = target.read_bytes() if target.is_file() else None
            assert after == before and not target.is_dir(), (  # noqa: PT018
                "after a failure the target is a part of the documents; use replaced()"
            )

    def _read(self, path: Path, skipped: SkippedData) -> list[Document]:
        return list(self.build_reader().read(path, skipped))

    def _target(self, folder: Path) -> Path:
        return folder / (
            "out" + (self.build().suffixes[0] if isinstance(self.sample, Content) else "")
        )

    def _trip(
        self, document: Document, folder: Path, name: str
    ) -> tuple[list[Document], SkippedData]:
        target, skipped = self._target(folder).with_stem(f"out{name}"), SkippedData()
        self.build().write([document], target, skipped)
        return self._read(target, skipped), skipped
