"""The suite of readers finds seeded faults."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.formats import JsonlReader, Reader
from jointre.formats.common.reading import OnError, Reading
from jointre.formats.common.unpacked import MaxUnpacked
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
    registered_name = "sound"

    def __init__(
        self,
        types: Path | None = None,
        on_error: OnError = "stop",
        max_unpacked: MaxUnpacked = None,
    ) -> None:
        super().__init__(types, on_error, max_unpacked)
        self.inner = JsonlReader()

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        for place, document in self.inner._documents(reading):
            yield place, self.found(document)

    def found(self, document: Document) -> Document:
        return document


class RaisesAnything(Sound):
    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        if not reading.path.read_bytes().endswith(b"\n"):
            raise ValueError("no end")
        yield from super()._documents(reading)


class NamesNothing(Sound):
    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        reading.path = reading.path.rename(reading.path.with_name("x"))
        yield from self.inner._documents(reading)


class ReadsLate(Sound):
    def read(self, path: Path, skipped: SkippedData | None = None) -> Iterator[Document]:
        for _, document in self._documents(Reading(path, "stop", SkippedData())):
            yield document


class ReadsAtOnce(Sound):
    def read(self, path: Path, skipped: SkippedData | None = None) -> Any:
        return list(super().read(path, skipped))


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
    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        found = list(super()._documents(reading))
        yield from found[:1] if reading.path.suffix == ".gz" else found


class NoOption(Sound):
    def __init__(self, types: Path | None = None) -> None:
        super().__init__(types)


class SkipsNothing(Sound):
    """Errors end the reading, whatever the option."""

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        for document in JsonlReader().read(reading.path):
            yield str(reading.path), document


class SkipsInSilence(Sound):
    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        own = Reading(reading.path, reading.on_error, SkippedData())
        yield from super()._documents(own)
        for message in own.messages if own.on_error == "stop" else ():
            reading.add(message)


class BareSuffix(Sound):
    suffixes = ("jsonl",)


def over(component: type, sample: str = SAMPLE) -> Contract:
    return suite(ReaderContract, component, sample=sample)


def test_sound_reader(tmp_path_factory: pytest.TempPathFactory) -> None:
    passes(over(Sound), lambda: tmp_path_factory.mktemp("reader"))


@pytest.mark.parametrize(
    ("component", "check", "message"),
    [
        (RaisesAnything, "test_damage_is_reported", "cut off at byte 0 raises ValueError: no end"),
        (NoOption, "test_bad_records_can_be_skipped", "NoOption needs the option on_error"),
        (SkipsNothing, "test_bad_records_can_be_skipped", "no error in a damaged sample was"),
        (SkipsInSilence, "test_bad_records_can_be_skipped", "are skipped .* but not counted"),
        (NamesNothing, "test_damage_is_reported", "the message does not name the file"),
        (ReadsLate, "test_a_missing_file_is_an_error_at_once", "refused when read is called"),
        (
            OtherError,
            "test_a_missing_file_is_an_error_at_once",
            "FileNotFoundError: .*, not a DataError",
        ),
        (ReadsAtOnce, "test_reads_the_sample", "one by one, as an iterator"),
        (Remembers, "test_reads_the_sample", "reading a file again gives other documents"),
        (PlainOnly, "test_reads_gzip", "the ending .gz gives other documents than the plain one"),
    ],
)
def test_fault_is_found(component: type, check: str, message: str, tmp_path: Path) -> None:
    fails(over(component), check, message, tmp_path)


def test_a_registered_format_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JsonlReader, "looks_like", Reader.looks_like)
    contract = over(JsonlReader)
    message = "the sample is taken for the format '?text'?|None; give the reader looks_like"
    fails(contract, "test_the_sample_is_recognised", message, tmp_path)


def test_suffixes_have_their_dot() -> None:
    message = r"endings such as '.json', not \('jsonl',\)"
    fails(over(BareSuffix), "test_suffixes", message)


def test_a_sample_must_hold_something(tmp_path: Path) -> None:
    contract = over(Sound, '{"tokens": ["a"]}\n')
    fails(contract, "test_reads_the_sample", "must have two documents, .*; 1, 0 and 0", tmp_path)


class SomeFolder(Sound):
    """One document per file."""

    folders = True

    def files(self, path: Path) -> list[Path]:
        return sorted(path.iterdir())

    def _documents(self, reading: Reading) -> Iterator[tuple[str, Document]]:
        for file in self.files(reading.path):
            yield from super()._documents(Reading(file, reading.on_error, reading.skipped))


def test_a_format_may_be_a_folder(tmp_path: Path) -> None:
    first, second = SAMPLE.replace("\\\n", "").splitlines()
    contract = suite(ReaderContract, SomeFolder, sample={"a.jsonl": first, "b.jsonl": second})
    contract.test_reads_the_sample(tmp_path)  # type: ignore[attr-defined]
