"""What is compared: models and files with the same documents, by one protocol."""

import json
import shutil
from pathlib import Path

import pytest

from jointre.errors import ArchiveError, ConfigError, DataError
from jointre.formats import JsonlReader, JsonlWriter, SpertWriter
from jointre.inference.compared import Compared
from jointre.models import archive


def copied(run: Path, target: Path, protocol: str) -> Path:
    """A copy of a run that was trained with another protocol."""
    shutil.copytree(run, target)
    config = json.loads((target / "config.json").read_text())
    config["training"]["protocol"] = protocol
    (target / "config.json").write_text(json.dumps(config))
    return target


def test_a_model_and_its_own_predictions(tiny_run: Path, tmp_path: Path) -> None:
    """The protocol, the reader and the symmetric relations are those of the run."""
    data = tiny_run.parent / "test.jsonl"
    first = Compared.of([tiny_run, tiny_run], data)
    predicted = first.sources[0].predictions(first)
    assert first.metric.registered_name == "spert"
    assert first.metric.symmetric == archive.load(tiny_run).model.vocabulary.symmetric
    JsonlWriter().write(predicted, tmp_path / "p.jsonl")
    mixed = Compared.of([tiny_run, tmp_path / "p.jsonl"], data)
    score = mixed.metric.score
    found = [source.predictions(mixed) for source in mixed.sources]
    assert score(mixed.documents, found[0]) == score(mixed.documents, found[1])
    assert mixed.sources[1].model is None


def test_files_of_any_format(tiny_run: Path, tmp_path: Path) -> None:
    """Without a run the formats are detected; files without ids take those of the gold."""
    data = tiny_run.parent / "test.jsonl"
    documents = list(JsonlReader().read(data))
    SpertWriter().write(documents, tmp_path / "theirs.json")
    compared = Compared.of([tmp_path / "theirs.json", data], data, symmetric=["married_to"])
    assert compared.metric.symmetric == {"married_to"}
    found = [source.predictions(compared) for source in compared.sources]
    assert [document.id for document in found[0]] == [document.id for document in documents]
    assert compared.metric.score(documents, found[0]).blocks["entity"].f1 == 1


def test_runs_of_different_protocols(tiny_run: Path, tmp_path: Path) -> None:
    other = copied(tiny_run, tmp_path / "other", "pure")
    data = tiny_run.parent / "test.jsonl"
    with pytest.raises(ConfigError, match=r"the runs have different protocols .* --protocol"):
        Compared.of([tiny_run, other], data)
    assert Compared.of([tiny_run, other], data, protocol="care").metric.registered_name == "care"


def test_labels_that_a_model_does_not_know(tiny_run: Path, tmp_path: Path) -> None:
    data = tmp_path / "test.jsonl"
    data.write_text((tiny_run.parent / "test.jsonl").read_text().replace("Person", "Human"))
    told: list[str] = []
    Compared.of([tiny_run, tiny_run], data, log=told.append)
    assert any(
        "entities with label 'Human', which the model does not know" in line for line in told
    )


def test_what_cannot_be_compared(tiny_run: Path, tmp_path: Path) -> None:
    data = tiny_run.parent / "test.jsonl"
    with pytest.raises(DataError, match="missing"):
        Compared.of([tiny_run, tmp_path / "missing.jsonl"], data)
    (tmp_path / "notes.xyz").write_text("some notes")
    with pytest.raises(DataError, match="name it with --predicted-format"):
        Compared.of([tiny_run, tmp_path / "notes.xyz"], data)
    (tmp_path / "empty.tar.gz").write_bytes(b"")
    with pytest.raises(ArchiveError, match=r"empty\.tar\.gz"):
        Compared.of([tiny_run, tmp_path / "empty.tar.gz"], data)
