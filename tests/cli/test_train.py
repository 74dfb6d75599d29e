import json
import re
from pathlib import Path
from typing import Any

import pytest

from jointre.cli.train import triples
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.training.run import Result
from tests.cli.command import Command
from tests.tiny_runs import experiment, write_config


@pytest.fixture
def config(tiny_data: Path, tmp_path: Path) -> Path:
    return write_config(experiment(tiny_data, {"training.epochs": 1}), tmp_path / "tiny.v1.json")


def test_trains_into_a_directory_named_after_the_file(
    jointre: Command, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = jointre("train", config)
    assert ended.code == 0, ended.err
    assert ended.out.endswith("run: runs/tiny\n")
    assert (tmp_path / "runs" / "tiny" / "provenance.json").exists()
    assert "protocol spert, in percent" in ended.out
    assert "test, best epoch 1" in ended.out
    assert "epoch 1: loss " in ended.err
    assert "\r" not in ended.err  # no bar where nobody watches
    assert "\x1b" not in ended.err + ended.out
    again = jointre("train", config)
    again.told("runs/tiny is not empty; choose another directory with -s, empty it with --force")
    assert jointre("train", config, "--force").code == 0
    finished = jointre("train", config, "--recover")
    assert "the run is finished; nothing is left to do" in finished.err


def test_protocol_without_boundaries(jointre: Command, config: Path, tmp_path: Path) -> None:
    run, monitor = tmp_path / "run", ["entity_f1", "relation_cell_f1"]
    changes = ("-o", "training.protocol=care", "-o", f"training.monitor={json.dumps(monitor)}")
    ended = jointre("train", config, "-s", run, *changes)
    assert ended.code == 0, ended.err
    assert "protocol care, in percent" in ended.out
    assert "relation_cell" in ended.out
    assert re.search(r"epoch 1: loss [\d.]+, dev entity_f1 [\d.]+, relation_cell_f1 ", ended.err)
    metrics = json.loads((run / "metrics.json").read_text())
    for split in ("dev", "test"):
        assert list(metrics["best"][split]) == ["protocol", "entity", "relation_cell"]


def test_the_surest_triple_of_each_document() -> None:
    def document(score: float, spare: float) -> Document:
        entities = (Entity("Per", (Span(0, 2),)), Entity("Loc", (Span(3, 4),)))
        relations = (Relation("in", 0, 1, spare), Relation("left", 0, 1, score))
        return Document(
            "d", ("Ada", "King", "left", "Rome"), entities=entities, relations=relations
        )

    examples = [document(0.6, 0.5), Document("e", ("x",)), document(0.9, 0.1)]
    assert triples(Result(Path(), {}, examples), 5) == [
        "0.900  Ada King (Per) --left--> Rome (Loc)",
        "0.600  Ada King (Per) --left--> Rome (Loc)",
    ]
    assert len(triples(Result(Path(), {}, examples), 1)) == 1


def test_force_and_recover(jointre: Command, config: Path) -> None:
    jointre("train", config, "-f", "-r").told(
        "--force and --recover are mutually exclusive: --force deletes the run, --recover "
        "resumes it"
    )


RECORD: dict[str, Any] = {
    "id": "a",
    "tokens": ["Ada", "left"],
    "entities": [{"label": "Person", "mentions": [[0, 1]]}],
    "relations": [],
}


def line(**changes: Any) -> bytes:
    return json.dumps({**RECORD, **changes}).encode() + b"\n"


BAD_DATA = {
    "missing": (None, "train.jsonl: no such file"),
    "empty": (b"", "train.jsonl: the file is empty"),
    "truncated": (
        line() + b'{"id": "b", "tokens": ["x"',
        "train.jsonl:2: not JSON: Expecting ',' delimiter at column 27; the file seems to be cut",
    ),
    "another format": (
        b'[{"tokens": []}]',
        "train.jsonl: this looks like the format 'spert', not 'jsonl'; choose 'spert'",
    ),
    "no words": (b'{"id": "a"}\n', "train.jsonl:1: a document needs 'tokens' or 'text'"),
    "outside": (
        line(entities=[{"label": "Person", "mentions": [[1, 3]]}]),
        "entities[0] spans [1, 3), outside the 2 tokens",
    ),
    "backwards": (
        line(entities=[{"label": "Person", "mentions": [[1, 1]]}]),
        "entities[0] ends at 1, not after its start 1",
    ),
    "no entity": (
        line(relations=[{"label": "lives_in", "head": 0, "tail": 4}]),
        "relations[0].tail is 4, but there is 1 entity",
    ),
    "twice": (
        line() + line(),
        "jsonl:2: the id 'a' occurs twice in this file",
    ),
    "latin-1": (b'{"id": "a", "tokens": ["Z\xfcrich"]}\n', "train.jsonl: not UTF-8 at byte 25"),
    "label": (line(entities=[{"label": "Pers", "mentions": [[0, 1]]}]), "did you mean 'Person'?"),
    "no label": (line(entities=[{"label": None, "mentions": [[0, 1]]}]), "document 'a': entity 0"),
}


@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data(jointre: Command, config: Path, tmp_path: Path, name: str) -> None:
    content, message = BAD_DATA[name]
    train = tmp_path / "data" / "train.jsonl"
    train.parent.mkdir()
    if content is not None:
        train.write_bytes(content)
    ended = jointre("train", config, "-s", tmp_path / "run", "-o", f"data.train={train}")
    ended.told(message)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.epochs=many", "training.epochs"),
        ("training.monitor=care_f1", "monitor='care_f1' is not a score of the protocol 'spert'"),
        ("model.interaction.heads=5", "heads=5"),
        ("model.encoder.model_name=nobody/nothing", "model_name='nobody/nothing' cannot be loaded"),
        ("model.encoder.model_name=package:nothing", "no package 'nothing' is installed"),
        ("training.accelerator=gpu", "training.accelerator='gpu'"),
        ("training.accelerator=tpu", "training.accelerator"),
        ("model.interaction.head=4", "did you mean 'heads'?"),
    ],
)
def test_bad_configs(
    jointre: Command, config: Path, tmp_path: Path, override: str, message: str
) -> None:
    ended = jointre("train", config, "-s", tmp_path / "run", "-o", override)
    ended.told(message)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.jsonnet", None, "missing.jsonnet"),
        ("bad.jsonnet", "{ a: ", "bad.jsonnet"),
        ("list.jsonnet", "[]", "list.jsonnet"),
        ("empty.jsonnet", "", "empty.jsonnet"),
    ],
)
def test_bad_files(
    jointre: Command, tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    jointre("train", tmp_path / name, "-s", tmp_path / "run").told(message)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("place", ["/proc/nowhere/run", "FILE/run", "FILE"])
def test_bad_places(jointre: Command, config: Path, tmp_path: Path, place: str) -> None:
    path = place.replace("FILE", str(config))
    ended = jointre("train", config, "-s", path)
    ended.told(path)
    assert "choose" in ended.err


def test_corpora_that_must_be_bought(jointre: Command, tmp_path: Path, tiny_data: Path) -> None:
    """The ACE experiments say what to do when their files are missing."""
    file = Path(__file__).parents[2] / "experiments" / "sinet_ace05.jsonnet"
    encoder = f"model.encoder.model_name={tiny_data / 'encoder'}"
    ended = jointre(
        "train", file, "-s", tmp_path / "run", "-o", encoder, "--ext-var", f"data={tmp_path}"
    )
    ended.told("missing: ")
    assert "LDC" in ended.err
    assert not (tmp_path / "run").exists()
