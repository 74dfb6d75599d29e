import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from jointre.cli.score import score
from jointre.errors import DataError
from jointre.evaluation import Report

TOKENS = ["Ada", "and", "Bob", "met"]
ENTITIES = [{"type": "Per", "start": 0, "end": 1}, {"type": "Per", "start": 2, "end": 3}]

app = typer.Typer()
app.command()(score)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "gold.json", tmp_path / "predicted.json"
    for path, arguments in zip(paths, ((0, 1), (1, 0)), strict=True):
        relation = {"type": "Met", "head": arguments[0], "tail": arguments[1]}
        record = {"tokens": TOKENS, "entities": ENTITIES, "relations": [relation]}
        path.write_text(json.dumps([record]))
    return paths


def test_prints_a_table_and_writes_the_contract(files, tmp_path: Path) -> None:
    output = tmp_path / "m.json"
    arguments = [*map(str, files), "--format", "spert", "--output", str(output)]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    record = json.loads(output.read_text())
    assert record["protocol"] == "spert"
    assert record["entity"]["f1"] == 1.0
    assert record["relation_boundary"]["per_type"]["Met"]["f1"] == 0.0
    assert Report.from_dict(record).to_dict() == record
    assert "protocol spert, in percent" in result.output
    (row,) = [line for line in result.output.splitlines() if "entity" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "entity",
        "micro",
        "100.00",
        "100.00",
        "100.00",
        "2",
    ]


def test_options_reach_the_protocol(files, tmp_path: Path) -> None:
    output = tmp_path / "m.json"
    arguments = [*map(str, files), "--format", "spert", "--protocol", "plmarker"]
    arguments += ["--symmetric", "Met", "--symmetric", "Other", "--output", str(output)]
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    record = json.loads(output.read_text())
    assert record["protocol"] == "plmarker"
    assert record["relation_strict"]["support"] == 2
    assert record["relation_strict"]["f1"] == 1.0


def test_dygie_takes_a_width(files, tmp_path: Path) -> None:
    output = tmp_path / "m.json"
    arguments = [*map(str, files), "--format", "spert", "--protocol", "dygie", "--max-width", "2"]
    result = CliRunner().invoke(app, [*arguments, "--output", str(output)], catch_exceptions=False)
    assert result.exit_code == 0
    assert set(json.loads(output.read_text())) == {"protocol", "entity", "relation_boundary"}
    assert CliRunner().invoke(app, [*arguments[:-1], "0"]).exit_code == 2


def test_care_has_its_own_relation_block(files, tmp_path: Path) -> None:
    output = tmp_path / "m.json"
    arguments = [*map(str, files), "--format", "spert", "--protocol", "care"]
    arguments += ["--symmetric", "Met", "--output", str(output)]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    record = json.loads(output.read_text())
    assert list(record) == ["protocol", "entity", "relation_cell"]
    assert record["entity"]["f1"] == 1.0
    assert record["relation_cell"]["per_type"]["Met"]["f1"] == 0.0  # symmetric or not
    assert record["relation_cell"]["support"] == 1
    assert "protocol care, in percent" in result.output
    assert "relation_cell" in result.output


def test_errors_reach_the_caller(files, tmp_path: Path) -> None:
    arguments = [str(files[0]), str(tmp_path / "predicte.json"), "--format", "spert"]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, DataError)
    assert "did you mean 'predicted.json'?" in str(result.exception)


def test_help_shows_an_example() -> None:
    result = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert "Example: jointre score gold.json predicted.json --format spert" in result.output


def test_module_imports_nothing_heavy() -> None:
    code = (
        "import sys, jointre.cli.score; "
        "heavy = {'torch', 'numpy', 'spacy', 'jointre.formats'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_scores_what_another_tool_predicted(tmp_path: Path) -> None:
    record = {
        "doc_key": "d",
        "sentences": [TOKENS],
        "ner": [[[0, 0, "Per"], [2, 2, "Per"]]],
        "relations": [[[0, 0, 2, 2, "Met"]]],
        "predicted_ner": [[[0, 0, "Per", 4.0, 0.9]]],
        "predicted_relations": [[[0, 0, 2, 2, "Met", 4.0, 0.9]]],
    }
    path, output = tmp_path / "d.jsonl", tmp_path / "m.json"
    path.write_text(json.dumps(record) + "\n")
    arguments = [str(path), str(path), "--format", "dygie", "--protocol", "dygie"]
    arguments += ["--predicted-option", "predictions=true", "--output", str(output)]
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    scores = json.loads(output.read_text())
    assert scores["entity"]["recall"] == 0.5
    assert scores["relation_boundary"]["f1"] == 1.0  # its tail is no predicted entity


@pytest.fixture
def documents(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Gold and predicted documents of several mentions, and training data."""
    ada, rome = [[0, 1], [4, 5]], [[2, 3]]
    record = {"id": "d", "tokens": ["Ada", "left", "Rome", "when", "she", "could"]}
    for name, mentions in (("gold", ada), ("predicted", ada[::-1])):
        entities = [{"label": "Per", "mentions": mentions}, {"label": "Loc", "mentions": rome}]
        order = 1 if name == "gold" else -1
        relation = {"label": "from", "head": [0, 1][::order][0], "tail": [0, 1][::order][1]}
        line = {**record, "entities": entities[::order], "relations": [relation]}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line) + "\n")
    vertices = [[{"name": "she"}], [{"name": "Rome"}]]
    train = [{"vertexSet": vertices, "labels": [{"r": "from", "h": 0, "t": 1}]}]
    (tmp_path / "train.json").write_text(json.dumps(train))
    return tmp_path / "gold.jsonl", tmp_path / "predicted.jsonl", tmp_path / "train.json"


def test_documents_of_several_mentions(documents, tmp_path: Path) -> None:
    gold, predicted, _ = documents
    output = tmp_path / "m.json"
    arguments = [str(gold), str(predicted), "--format", "jsonl", "--protocol", "jerex"]
    result = CliRunner().invoke(app, [*arguments, "--output", str(output)], catch_exceptions=False)
    assert result.exit_code == 0
    scores = json.loads(output.read_text())
    assert scores.pop("protocol") == "jerex"
    assert {block: scores[block]["f1"] for block in scores} == dict.fromkeys(scores, 1.0)
    for block in ("mention", "cluster", "coreference", "entity", "relation_strict"):
        assert f"│ {block} " in result.output
    assert "ceaf_e" in result.output


def test_ign_f1_needs_training_facts(documents, tmp_path: Path) -> None:
    gold, predicted, train = documents
    output = tmp_path / "m.json"
    arguments = [str(gold), str(predicted), "--format", "jsonl", "--protocol", "docred"]
    arguments += ["--output", str(output)]
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    assert "relation_ign" not in json.loads(output.read_text())
    arguments += ["--train-facts", str(train), "--train-facts", str(train)]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "relation_ign" in result.output
    scores = json.loads(output.read_text())
    assert (scores["relation_boundary"]["f1"], scores["relation_ign"]["f1"]) == (1.0, 0.0)
    assert Report.from_dict(scores).to_dict() == scores


def test_a_sentence_protocol_refuses_documents(documents) -> None:
    gold, predicted, train = documents
    arguments = [str(gold), str(predicted), "--format", "jsonl"]
    result = CliRunner().invoke(app, arguments)
    assert "'spert' is for one-mention entities, choose a document protocol" in str(
        result.exception
    )
    result = CliRunner().invoke(app, [*arguments, "--train-facts", str(train)])
    assert "the protocol 'spert' takes no training facts; those that do: docred" in str(
        result.exception
    )


def test_on_error_skips_bad_records_of_both_files(tmp_path: Path) -> None:
    good = '{"id": "d", "tokens": ["Ada"], "entities": [{"label": "P", "mentions": [[0, 1]]}]}'
    path = tmp_path / "a.jsonl"
    path.write_text(f'{good}\n{{"id": "e"}}\n')
    words = [str(path), str(path)]
    stopped = CliRunner().invoke(app, words)
    assert stopped.exit_code == 1
    skipped = CliRunner().invoke(app, [*words, "--on-error", "skip"])
    assert skipped.exit_code == 0, skipped.output
    assert "1 record with errors skipped" in skipped.output
