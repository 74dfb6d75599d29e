"""The suite of readers finds seeded faults."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.formats import JsonlReader, Reader
from jointre.formats.common.faults import Faults, OnError
from jointre.testing.contracts import Contract, ReaderContract
from tests.testing.contracts.faults import fails, passes, suite

SAMPLE = """\
{"id": "a", "tokens": ["Ada", "left"], "entities": [{"label": "Peop", "mentions": [[0, 1]]}]}
{"id": "b", "tokens": ["Bob"], "entities": [{"label": "Peop", "mentions": [[0, 1]]}], \
"relations": [{"label": "Knows", "head": 0, "tail": 0}], "note": "a"}
"""


class Sound(Reader):
    """JsonlReader with hooks for faults."""

    suffixes = (".jsonl",)

    def __init__(self, types: Path | None = None, on_error: OnError = "stop") -> None:
        super().__init__(types, on_error)
        self.inner = JsonlReader()

    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        self.inner.faults = self.faults
        for place, document in self.inner._documents(path):
            yield place, self.found(document)

    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        return self.inner.write((self.held(document) for document in documents), path)

    def found(self, document: Document) -> Document:
        return document

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
    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        skipped = super().write(documents, path)
        skipped.add("relations turned", "all")
        return skipped


class RaisesAnything(Sound):
    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        if not path.read_bytes().endswith(b"\n"):
            raise ValueError("no end")
        yield from super()._documents(path)


class NamesNothing(Sound):
    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        yield from self.inner._documents(path.rename(path.with_name("x")))


class WritesAsItGoes(Sound):
    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        path.write_text("")
        for document in documents:
            self.inner.write([document], path)
        return SkippedData()


class LeavesDrafts(Sound):
    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        path.with_name("draft").touch()
        return super().write(documents, path)


class HidesErrors(Sound):
    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        try:
            return super().write(documents, path)
        except Exception:
            return SkippedData()


class ReadsLate(Sound):
    def read(self, path: Path) -> Iterator[Document]:
        for _, document in self._documents(path):
            yield document


class ReadsAtOnce(Sound):
    def read(self, path: Path) -> Any:
        return list(super().read(path))


class OtherError(Sound):
    def files(self, path: Path) -> list[Path]:
        path.stat()
        return [path]


class Remembers(Sound):
    calls = 0

    def found(self, document: Document) -> Document:
        self.calls += 1
        return document if self.calls < 3 else replace(document, tokens=("Bob", "left"))


class PlainOnly(Sound):
    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        found = list(super()._documents(path))
        yield from found[:1] if path.suffix == ".gz" else found


class NoOption(Sound):
    def __init__(self, types: Path | None = None) -> None:
        super().__init__(types)


class SkipsNothing(Sound):
    """Errors end the reading, whatever the option."""

    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        for document in JsonlReader().read(path):
            yield str(path), document


class SkipsInSilence(Sound):
    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        own = self.faults
        self.faults = Faults(own.on_error, SkippedData())
        yield from super()._documents(path)
        for message in self.faults.found if own.on_error == "stop" else ():
            own.add(message)


class BareSuffix(Sound):
    suffixes = ("jsonl",)


class OnlyReads(Sound):
    write = Reader.write
    registered_name = "only_reads"


def over(component: type, sample: str = SAMPLE) -> Contract:
    return suite(ReaderContract, component, sample=sample)


@pytest.mark.parametrize("component", [Sound, OnlyReads])
def test_sound_reader(component: type, tmp_path_factory: pytest.TempPathFactory) -> None:
    passes(over(component), lambda: tmp_path_factory.mktemp("reader"))


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (Forgets, "test_what_is_lost_is_counted", "document 'tiny-0' comes back changed, but"),
        (Turns, "test_what_is_lost_is_counted", "document 'tiny-0' comes back changed, but"),
        (CountsButTurns, "test_what_is_lost_is_counted", "changes when it is written again"),
        (CountsButTurns, "test_own_files_come_back", "loses 1 relation turned; first: all"),
        (ForgetsExtra, "test_own_files_come_back", "'extra' of document 'b' changes"),
        (RaisesAnything, "test_damage_is_told", "cut off at byte 0 raises ValueError: no end"),
        (NoOption, "test_bad_records_can_be_skipped", "NoOption needs the option on_error"),
        (SkipsNothing, "test_bad_records_can_be_skipped", "no error in a damaged sample was"),
        (SkipsInSilence, "test_bad_records_can_be_skipped", "are skipped .* but not counted"),
        (NamesNothing, "test_damage_is_told", "the message does not name the file"),
        (WritesAsItGoes, "test_a_file_appears_whole_or_not_at_all", "a part of the documents"),
        (LeavesDrafts, "test_a_file_appears_whole_or_not_at_all", "draft is left beside"),
        (HidesErrors, "test_a_file_appears_whole_or_not_at_all", "write hides an error"),
        (ReadsLate, "test_a_missing_file_is_told_at_once", "refused when read is called"),
        (OtherError, "test_a_missing_file_is_told_at_once", "FileNotFoundError: .* no DataError"),
        (ReadsAtOnce, "test_reads_the_sample", "one by one, as an iterator"),
        (Remembers, "test_reads_the_sample", "reading a file again gives other documents"),
        (PlainOnly, "test_reads_gzip", "the ending .gz reads otherwise than the plain one"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str, tmp_path: Path) -> None:
    fails(over(component), check, message, tmp_path)


def test_suffixes_have_their_dot() -> None:
    message = r"endings such as '.json', not \('jsonl',\)"
    fails(over(BareSuffix), "test_suffixes", message)


def test_a_sample_must_hold_something(tmp_path: Path) -> None:
    contract = over(Sound, '{"tokens": ["a"]}\n')
    fails(contract, "test_reads_the_sample", "must have two documents, .*; 1, 0 and 0", tmp_path)


class SomeFolder(Sound):
    """A document a file; written one after the other, where the corpus will stand."""

    folders = True

    def files(self, path: Path) -> list[Path]:
        return sorted(path.iterdir())

    def _documents(self, path: Path) -> Iterator[tuple[str, Document]]:
        for file in self.files(path):
            yield from super()._documents(file)

    def write(self, documents: Iterable[Document], path: Path) -> SkippedData:
        path.mkdir()
        skipped = SkippedData()
        for document in documents:
            skipped.merge(self.inner.write([document], path / f"{document.id}.jsonl"))
        return skipped


def test_a_format_may_be_a_folder(tmp_path: Path) -> None:
    first, second = SAMPLE.replace("\\\n", "").splitlines()
    contract = suite(ReaderContract, SomeFolder, sample={"a.jsonl": first, "b.jsonl": second})
    for number, check in enumerate(("test_reads_the_sample", "test_own_files_come_back")):
        (tmp_path / str(number)).mkdir()
        getattr(contract, check)(tmp_path / str(number))
    whole = "test_a_file_appears_whole_or_not_at_all"
    (tmp_path / "new").mkdir()
    fails(contract, whole, "the target is a part of the documents", tmp_path / "new")
