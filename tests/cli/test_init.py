"""From an export of an annotation tool to a model that finds what was annotated."""

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.tiny_runs import NEWSWIRE

SENTENCES = 120
ENOUGH = 0.55  # F1 of entities on dev


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A small annotated corpus."""
    lines = (NEWSWIRE / "train.jsonl").read_text(encoding="utf-8").splitlines()[:SENTENCES]
    path = tmp_path / "corpus.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def without_relations(path: Path) -> Path:
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    lines = [json.dumps(record | {"relations": []}) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def follow(
    jointre: Command, export: Path, tmp_path: Path, *options: str
) -> tuple[dict, list[dict]]:
    """Run init and the three commands that it prints; the scores on dev and what was found.

    Args:
        jointre: The command.
        export: What is annotated.
        tmp_path: Folder to write to.
        options: More options of the training.
    """
    started = jointre("init", export, "--dir", tmp_path / "project")
    assert started.code == 0, started.err
    printed = re.findall(r"^  jointre (.+)$", started.out, re.MULTILINE)
    train, evaluate, predict = (shlex.split(line) for line in printed)
    trained = jointre(*train, *options)
    assert trained.code == 0, trained.err
    assert jointre(*evaluate).code == 0
    found = tmp_path / "found.jsonl"
    ended = jointre(*predict[:-1], NEWSWIRE / "news.txt", "--output", found)
    assert ended.code == 0, ended.err
    metrics = json.loads((tmp_path / "project" / "run" / "metrics.json").read_text())
    return metrics["best"]["dev"], [json.loads(line) for line in found.read_text().splitlines()]


def check_entities(records: list[dict]) -> None:
    """Some of the names are found, and no crowd of overlapping ones."""
    entities = [entity for record in records for entity in record["entities"]]
    words = sum(len(record["tokens"]) for record in records)
    assert 4 <= len(entities) <= words / 4


def test_label_studio_with_relations(jointre: Command, corpus: Path, tmp_path: Path) -> None:
    export = tmp_path / "export.json"
    assert jointre("convert", corpus, export, "--to", "label_studio").code == 0
    dev, found = follow(jointre, export, tmp_path)
    assert dev["entity"]["f1"] >= ENOUGH
    assert dev["relation_strict"]["f1"] > 0.1
    check_entities(found)
    assert any(record["relations"] for record in found)


def test_brat_without_relations(jointre: Command, corpus: Path, tmp_path: Path) -> None:
    export = tmp_path / "brat"
    assert jointre("convert", without_relations(corpus), export, "--to", "brat").code == 0
    dev, found = follow(jointre, export, tmp_path, "-o", "training.epochs=6")
    assert dev["entity"]["f1"] >= ENOUGH
    check_entities(found)


def test_a_folder_of_split_files(jointre: Command, tmp_path: Path) -> None:
    ended = jointre("init", NEWSWIRE, "--dir", tmp_path / "project")
    assert ended.code == 0, ended.err
    assert "documents: 296 train, 66 dev, 67 test" in ended.out
    content = (tmp_path / "project" / "experiment.jsonnet").read_text()
    assert f"train: '{NEWSWIRE.resolve()}/train.jsonl'" in content


def test_a_folder_with_the_export_in_it(
    jointre: Command, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = jointre("init", corpus.name, "--dir", ".")
    assert ended.code == 0, ended.err
    assert "  jointre train experiment.jsonnet -s run\n" in ended.out
    names = ["corpus.jsonl", "dev.jsonl", "experiment.jsonnet", "test.jsonl", "train.jsonl"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert jointre("config", "check", "experiment.jsonnet").code == 0
    again = jointre("init", corpus.name, "--dir", ".")
    again.told(
        ".: this file exists already and would be replaced: experiment.jsonnet; name another"
    )


def test_mistakes(jointre: Command, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("word,tag\n")
    jointre("init", table, "--dir", tmp_path / "p").told("the format cannot be detected; name it")
    jointre("init", tmp_path / "none.json", "--dir", tmp_path / "p").told("no such file")
    assert not (tmp_path / "p").exists()
