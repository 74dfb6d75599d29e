"""The suite of writers finds seeded faults."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.formats import JsonlReader, JsonlWriter, Writer
from jointre.testing.contracts import Contract, WriterContract
from tests.testing.contracts.faults import fails, passes, suite
from tests.testing.contracts.test_reader import SAMPLE, SomeFolder


class Sound(Writer):
    """JsonlWriter with a hook for faults."""

    suffixes = (".jsonl",)

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        JsonlWriter().write((self.held(document) for document in documents), path, skipped)

    def held(self, document: Document) -> Document:
        return document


class Forgets(Sound):
    """What cannot be held is dropped and not counted."""

    def held(self, document: Document) -> Document:
        return replace(document, relations=document.relations[:1])


class ForgetsExtra(Sound):
    def held(self, document: Document) -> Document:
        return replace(document, extra={})


class Turns(Sound):
    def held(self, document: Document) -> Document:
        turned = [replace(each, head=each.tail, tail=each.head) for each in document.relations]
        return replace(document, relations=tuple(turned))


class CountsButTurns(Turns):
    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        super()._write(documents, path, skipped)
        skipped.add("relations turned", "all")


class WritesAsItGoes(Sound):
    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        path.write_text("")
        for document in documents:
            JsonlWriter().write([document], path, skipped)


class LeavesDrafts(Sound):
    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        path.with_name("draft").touch()
        super()._write(documents, path, skipped)


class HidesErrors(Sound):
    def write(
        self, documents: Iterable[Document], path: Path, skipped: SkippedData | None = None
    ) -> None:
        try:
            super().write(documents, path, skipped)
        except Exception:
            return


def over(component: type) -> Contract:
    return suite(WriterContract, component, sample=SAMPLE, reader=JsonlReader)


def test_sound_writer(tmp_path_factory: pytest.TempPathFactory) -> None:
    passes(over(Sound), lambda: tmp_path_factory.mktemp("writer"))


WHOLE = "test_a_file_appears_whole_or_not_at_all"


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (Forgets, "test_what_is_lost_is_counted", "document 'tiny-0' comes back changed, but"),
        (Turns, "test_what_is_lost_is_counted", "document 'tiny-0' comes back changed, but"),
        (CountsButTurns, "test_what_is_lost_is_counted", "changes when it is written again"),
        (CountsButTurns, "test_own_files_come_back", "loses 1 relation turned; first: all"),
        (ForgetsExtra, "test_own_files_come_back", "'extra' of document 'b' changes"),
        (WritesAsItGoes, WHOLE, "a part of the documents"),
        (LeavesDrafts, WHOLE, "draft remains beside"),
        (HidesErrors, WHOLE, "write hides an error"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str, tmp_path: Path) -> None:
    fails(over(component), check, message, tmp_path)


class FolderOfFiles(Sound):
    """Written one after the other, where the corpus will stand."""

    folders = True

    def _write(self, documents: Iterable[Document], path: Path, skipped: SkippedData) -> None:
        path.mkdir()
        for document in documents:
            JsonlWriter().write([document], path / f"{document.id}.jsonl", skipped)


def test_a_format_may_be_a_folder(tmp_path: Path) -> None:
    first, second = SAMPLE.replace("\\\n", "").splitlines()
    files = {"a.jsonl": first, "b.jsonl": second}
    contract = suite(WriterContract, FolderOfFiles, sample=files, reader=SomeFolder)
    (tmp_path / "old").mkdir()
    contract.test_own_files_come_back(tmp_path / "old")  # type: ignore[attr-defined]
    (tmp_path / "new").mkdir()
    fails(contract, WHOLE, "the target is a part of the documents", tmp_path / "new")
