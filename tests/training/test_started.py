from pathlib import Path

import pytest

from jointre.data.vocabulary import Vocabulary
from jointre.inference.trained_on import digests
from jointre.training.started import Started

VOCABULARY = Vocabulary(("Org", "Peop"), ("Live_In", "Work_For"), frozenset({"Live_In"}))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "train.jsonl"
    path.write_text("one")
    return path


def test_the_same_start_has_no_changes(file: Path) -> None:
    record = Started.of(digests([file]), VOCABULARY).to_dict()
    assert record["labels"]["entity"] == ["Org", "Peop"]
    assert Started.of(digests([file]), VOCABULARY).changes(record) == []
    assert Started.of(digests([file]), VOCABULARY).changes({}) == []


def test_changed_new_and_missing_files(file: Path, tmp_path: Path) -> None:
    record = Started.of(digests([file]), VOCABULARY).to_dict()
    record["data_sha256"]["old.ann"] = "0a"
    file.write_text("two")
    (tmp_path / "z.ann").write_text("new")
    assert Started.of(digests([file, tmp_path / "z.ann"]), VOCABULARY).changes(record) == [
        f"{file}: the content is different",
        f"{tmp_path / 'z.ann'}: new since the start",
        "old.ann: missing now",
    ]


def test_many_changed_files_are_counted() -> None:
    record = Started({str(number): "0a" for number in range(13)}, {}).to_dict()
    lines = Started({}, {}).changes(record)
    assert len(lines) == 11
    assert lines[-1] == "and 3 more"


def test_labels_and_their_order(file: Path) -> None:
    record = Started.of(digests([file]), VOCABULARY).to_dict()
    other = Vocabulary(("Peop", "Org"), ("Live_In", "Work_For"), frozenset())
    assert Started.of(digests([file]), other).changes(record) == [
        "entity labels: Org, Peop at the start, Peop, Org now",
        "symmetric relation labels: Live_In at the start, none now",
    ]
