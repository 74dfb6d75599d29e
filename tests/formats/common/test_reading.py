"""Errors of a file stop its reading together, or are skipped and counted."""

import json
from pathlib import Path

import pytest

from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats import JsonlReader, SpertReader
from jointre.formats.common.reading import Reading, StrictReading

GOOD = '{"id": "%d", "tokens": ["Ada"], "entities": []}'


def saved(tmp_path: Path, bad: list[int], count: int) -> Path:
    lines = ["[]" if number in bad else GOOD % number for number in range(1, count + 1)]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_one_error_is_shown_with_the_remedy(tmp_path: Path) -> None:
    documents = JsonlReader().read(saved(tmp_path, [2], 3))
    assert next(documents).id == "1"
    with pytest.raises(DataError) as caught:
        next(documents)
    message = str(caught.value)
    assert "a.jsonl:2: a document must be an object, not []\n" in message
    assert "on_error='skip'" in message
    assert "--on-error skip" in message


def test_several_errors_are_listed_together(tmp_path: Path) -> None:
    path = saved(tmp_path, [2, 5, 7], 9)
    with pytest.raises(DataError, match=r"a\.jsonl: 3 errors:\n") as caught:
        list(JsonlReader().read(path))
    assert [f"a.jsonl:{line}: a document" in str(caught.value) for line in (2, 5, 7)] == [True] * 3


def test_at_most_twenty_errors_are_listed(tmp_path: Path) -> None:
    path = saved(tmp_path, list(range(3, 60)), 60)
    with pytest.raises(DataError, match=r"at least 20 errors; the first 20:") as caught:
        list(JsonlReader().read(path))
    assert str(caught.value).count("must be an object") == 20
    assert "a.jsonl:22:" in str(caught.value)
    assert "a.jsonl:23:" not in str(caught.value)


def test_skipped_records_are_counted_with_examples(tmp_path: Path) -> None:
    reader = JsonlReader(on_error="skip")
    skipped = SkippedData()
    documents = list(reader.read(saved(tmp_path, [1, 4], 5), skipped))
    assert [document.id for document in documents] == ["2", "3", "5"]
    assert skipped["records with errors skipped"] == 2
    (line,) = skipped.lines()
    assert line.startswith("2 records with errors skipped; first: ")
    assert "a.jsonl:1: a document must be" in line
    assert "a.jsonl:4: a document must be" in line


def test_a_line_that_is_not_utf8_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(f"{GOOD % 1}\n".encode() + b'{"tokens": ["\xff"]}\n' + (GOOD % 2).encode())
    reader = JsonlReader(on_error="skip")
    skipped = SkippedData()
    assert [document.id for document in reader.read(path, skipped)] == ["1", "2"]
    assert "not UTF-8 at byte 60" in skipped.lines()[0]
    with pytest.raises(DataError, match="not UTF-8"):
        list(JsonlReader().read(path))


def test_a_second_document_of_an_id_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{GOOD % 1}\n{GOOD % 1}\n{GOOD % 2}\n")
    reader = JsonlReader(on_error="skip")
    skipped = SkippedData()
    assert [document.id for document in reader.read(path, skipped)] == ["1", "2"]
    assert "a.jsonl:2: the id '1' occurs twice" in skipped.lines()[0]


def test_a_file_without_a_good_record_is_an_error(tmp_path: Path) -> None:
    path = saved(tmp_path, [1, 2], 2)
    with pytest.raises(DataError, match=r"every record has errors \(2\), .*a\.jsonl:1: "):
        list(JsonlReader(on_error="skip").read(path))


def test_a_file_of_another_format_is_not_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"text": "a", "triple_list": []}] * 30))
    with pytest.raises(DataError, match="looks like the format 'triples', not 'spert'"):
        list(SpertReader(on_error="skip").read(path))


def test_what_a_skipped_record_lost_is_not_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{GOOD % 1}\n{{"tokens": ["a"], "entities": [{{"x": 1}}]}}\n')
    reader = JsonlReader(on_error="skip")
    skipped = SkippedData()
    assert len(list(reader.read(path, skipped))) == 1
    assert [kind for kind, _ in skipped] == ["records with errors skipped"]


def test_readings_that_take_turns_keep_their_errors(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    reader = JsonlReader()
    bad = reader.read(saved(tmp_path / "bad", [2], 3))
    good = reader.read(saved(tmp_path, [], 2))
    assert [next(bad).id, next(good).id] == ["1", "1"]
    with pytest.raises(DataError, match=r"bad/a\.jsonl:2"):
        next(bad)
    assert next(good).id == "2"


def test_an_error_that_ends_the_reading_is_listed_last(tmp_path: Path) -> None:
    reading = Reading(tmp_path, "stop", SkippedData())
    with reading.guard():
        raise DataError("a:1: bad")
    error = reading.with_earlier(DataError("a: cut off"))
    assert str(error).splitlines()[1:3] == ["  a:1: bad", "  a: cut off"]


def test_strict_faults_raise_at_once() -> None:
    with pytest.raises(DataError, match=r"^a$"), StrictReading().guard():
        raise DataError("a")
