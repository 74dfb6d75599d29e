"""Training on documents in memory: the same files and weights as from files."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import jointre
from jointre.config import load_config
from jointre.data.schema import Document, Entity, Span
from jointre.errors import ConfigError, DataError, RunError
from jointre.formats import JsonlReader, JsonlWriter
from jointre.inference.trained_on import digests, trained_on_note
from jointre.models import archive
from jointre.training.in_memory import InMemory, memory_config
from jointre.training.run import train
from tests.tiny_runs import experiment, write_config

ADA = Document("ada", ("Ada", "left"), entities=(Entity("Person", (Span(0, 1),)),))
BOB = replace(ADA, id="bob")


def documents(folder: Path, name: str) -> list[Document]:
    return list(JsonlReader().read(folder / f"{name}.jsonl"))


def without_data(folder: Path, **changes: Any) -> dict[str, Any]:
    config = experiment(folder, {"training.epochs": 2, **changes})
    del config["data"]
    return config


@pytest.fixture(scope="module")
def from_files(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run as the command makes it; labels are those of the documents."""
    path = tmp_path_factory.mktemp("files") / "run"
    changes = {"training.epochs": 2, "data.reader": {"type": "jsonl"}}
    train(experiment(tiny_data, changes), path, log=lambda line: None)
    return path


def test_the_same_weights_scores_and_files(
    tiny_data: Path, from_files: Path, tmp_path: Path
) -> None:
    splits = {name: documents(tiny_data, name) for name in ("train", "dev", "test")}
    result = jointre.train(without_data(tiny_data), tmp_path / "run", **splits)
    weights = [run / "archive" / "model.safetensors" for run in (tmp_path / "run", from_files)]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    scores = [(run / "metrics.json").read_text() for run in (tmp_path / "run", from_files)]
    assert scores[0] == scores[1]
    assert result.metrics == json.loads(scores[1])
    names = [
        {path.relative_to(run) for path in run.rglob("*")} for run in (tmp_path / "run", from_files)
    ]
    assert names[0] == names[1]


def test_a_file_of_an_experiment_with_other_data(
    tiny_data: Path, from_files: Path, tmp_path: Path
) -> None:
    """Its files are not read, and need not exist."""
    changes = {"training.epochs": 2, "data.train": "nowhere.jsonl", "data.dev": "nowhere.jsonl"}
    changes |= {"data.test": None, "data.reader": {"type": "jsonl", "types": "nowhere.json"}}
    changes["data.hint"] = "download it"
    path = write_config(experiment(tiny_data, changes), tmp_path / "experiment.json")
    dev = (document for document in documents(tiny_data, "dev"))  # any iterable
    run = jointre.train(path, tmp_path / "run", train=documents(tiny_data, "train"), dev=dev).path
    weights = [folder / "archive" / "model.safetensors" for folder in (run, from_files)]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    stored = json.loads((run / "config.json").read_text())
    assert stored["data"] == {
        "language": "en",
        "dev_fraction": None,
        "dev_seed": 0,
        "train_on": "train",
        "fraction": 1.0,
        "fraction_seed": 0,
        "fold": None,
        "symmetric": None,
        "name": None,
        "license": None,
    }


def test_provenance_says_where_the_documents_come_from(tiny_data: Path, tmp_path: Path) -> None:
    """The digests are those of the files that would hold the documents."""
    learnt, dev = documents(tiny_data, "train"), documents(tiny_data, "dev")
    config = without_data(tiny_data, **{"training.epochs": 1})
    run = train(config, tmp_path / "run", train=learnt, dev=dev).path
    JsonlWriter().write(learnt, tmp_path / "train.jsonl")
    JsonlWriter().write(dev, tmp_path / "dev.jsonl")
    written = digests([tmp_path / "train.jsonl", tmp_path / "dev.jsonl"])
    names = ["train documents in memory", "dev documents in memory"]
    expected = dict(zip(names, written.values(), strict=True))
    assert json.loads((run / "provenance.json").read_text())["data_sha256"] == expected
    assert json.loads((run / "run.json").read_text())["data_sha256"] == expected
    about = archive.load(run).about
    assert about["trained_on"] == {names[0]: expected[names[0]]}
    assert jointre.evaluate(run, tmp_path / "dev.jsonl").blocks["entity"].support > 0
    assert "trained on this file" in (trained_on_note(about, [tmp_path / "train.jsonl"]) or "")


def test_recovery_compares_the_documents(tiny_data: Path, tmp_path: Path) -> None:
    learnt = documents(tiny_data, "train")
    config = without_data(tiny_data, **{"training.epochs": 1})
    run = train(config, tmp_path / "run", train=learnt).path
    before = (run / "archive" / "model.safetensors").read_bytes()
    (run / "provenance.json").unlink()  # as if it was killed before the end
    with pytest.raises(RunError, match="train documents in memory: the content is different"):
        train(config, run, train=learnt[1:], recover=True)
    train(config, run, train=learnt, recover=True)
    assert (run / "archive" / "model.safetensors").read_bytes() == before


def test_a_part_of_the_documents_becomes_dev(tiny_data: Path, tmp_path: Path) -> None:
    """Unless dev documents are given, which is said."""
    config = without_data(tiny_data, **{"training.epochs": 1}) | {"data": {"dev_fraction": 0.25}}
    learnt = documents(tiny_data, "train")
    run = train(config, tmp_path / "carved", train=learnt).path
    assert len(documents(run, "dev")) == 6
    lines: list[str] = []
    run = train(
        config, tmp_path / "given", train=learnt, dev=documents(tiny_data, "dev"), log=lines.append
    ).path
    assert lines[0] == "data.dev_fraction is not used, because dev documents are given"
    assert not (run / "dev.jsonl").exists()


def test_a_fold_beside_test_documents(tiny_data: Path, tmp_path: Path) -> None:
    data = {"data": {"fold": {"number": 1, "of": 3}}}
    config = without_data(tiny_data, **{"training.epochs": 1}) | data
    learnt = documents(tiny_data, "train")
    with pytest.raises(ConfigError, match=r"data\.fold and test documents exclude each other"):
        train(config, tmp_path / "run", train=learnt, test=documents(tiny_data, "test"))
    run = train(config, tmp_path / "run", train=learnt)
    counts = (run.path / "counts.jsonl").read_text().splitlines()
    assert len(counts) == 8  # a third of the documents
    assert "test" in run.metrics["last"]


def test_both_splits_are_trained_on(tiny_data: Path, tmp_path: Path) -> None:
    config = without_data(tiny_data, **{"training.epochs": 1}) | {"data": {"train_on": "train+dev"}}
    learnt = documents(tiny_data, "train")
    with pytest.raises(ConfigError, match=r"train_on='train\+dev' needs dev documents: pass dev"):
        train(config, tmp_path / "run", train=learnt)
    assert not (tmp_path / "run").exists()
    lines: list[str] = []
    run = train(config, tmp_path / "run", train=learnt, dev=[ADA], log=lines.append).path
    assert any(line.startswith("25 training units") for line in lines)
    assert len(archive.load(run).about["trained_on"]) == 2


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        (
            {"train": iter([{"tokens": ["Ada"]}])},
            r"train\[0\] is of type dict, not a Document; make one",
        ),
        ({"train": [ADA], "dev": [BOB, BOB]}, r"dev\[0\] and dev\[1\] have the same id 'bob'"),
        ({"train": []}, "train documents in memory: no words to train on"),
        ({"train": [replace(ADA, entities=())]}, "in memory: no entities in 1 training document"),
        ({"dev": [ADA]}, "need training documents beside them: pass train=documents too"),
        ({"test": [ADA]}, "need training documents beside them: pass train=documents too"),
    ],
)
def test_documents_that_cannot_be_used(
    tiny_data: Path, tmp_path: Path, splits: dict[str, Any], message: str
) -> None:
    with pytest.raises((DataError, ConfigError), match=message):
        jointre.train(without_data(tiny_data), tmp_path / "run", **splits)
    assert not (tmp_path / "run").exists()


def test_patience_needs_dev(tiny_data: Path, tmp_path: Path) -> None:
    config = without_data(tiny_data, **{"training.patience": 2})
    with pytest.raises(ConfigError, match="patience needs dev scores: pass dev=documents"):
        train(config, tmp_path / "run", train=[ADA])
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"dev_fractions": 0.2}, r"data\.dev_fractions.*did you mean 'dev_fraction'"),
        ({"reader": {"type": "jsonl", "language": "xyz"}}, "language.*xyz"),
        (["train.jsonl"], "must be an object"),
    ],
)
def test_mistakes_in_the_section(
    tiny_data: Path, tmp_path: Path, section: Any, message: str
) -> None:
    config = without_data(tiny_data) | {"data": section}
    with pytest.raises(ConfigError, match=message):
        train(config, tmp_path / "run", train=[ADA])
    assert not (tmp_path / "run").exists()


def test_the_language_of_the_reader_is_kept() -> None:
    loaded = load_config({"data": {"reader": {"type": "jsonl", "language": "de"}, "name": "mine"}})
    given = InMemory([ADA], [], [])
    assert memory_config(loaded, given, print).data["data"] == {"language": "de", "name": "mine"}
    loaded = load_config({"data": {"reader": "jsonl"}})
    assert memory_config(loaded, given, print).data["data"] == {}
    assert memory_config(load_config({}), given, print).data["data"] == {}
