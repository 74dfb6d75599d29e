import json
from pathlib import Path

from tests.cli.command import Command


def test_equals_training_and_score(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    gold = tiny_run.parent / "test.jsonl"
    one, other, found = (tmp_path / name for name in ("a.json", "b.json", "p.jsonl"))
    ended = jointre("evaluate", tiny_run, gold, "--output", one, "--predictions", found)
    assert (ended.code, ended.err) == (0, "")
    assert "protocol spert, in percent" in ended.out
    report = json.loads(one.read_text())
    metrics = json.loads((tiny_run / "metrics.json").read_text())
    assert report == metrics["best"]["test"]
    types = tiny_run.parent / "types.json"
    jointre("score", gold, found, "--format", "jsonl", "--types", types, "--output", other)
    assert json.loads(other.read_text()) == report


def test_care_equals_score(jointre: Command, overfitted: Path, tmp_path: Path) -> None:
    gold = overfitted.parent / "two.jsonl"
    one, other, found = (tmp_path / name for name in ("a.json", "b.json", "p.jsonl"))
    arguments = ("--protocol", "care", "--output", one, "--predictions", found)
    ended = jointre("evaluate", overfitted, gold, *arguments)
    assert (ended.code, ended.err) == (0, "")
    assert "relation_cell" in ended.out
    report = json.loads(one.read_text())
    assert list(report) == ["protocol", "entity", "relation_cell"]
    assert report["relation_cell"]["f1"] == 1.0
    arguments = ("--format", "jsonl", "--protocol", "care", "--output", other)
    assert jointre("score", gold, found, *arguments).code == 0
    assert json.loads(other.read_text()) == report


def test_predict_and_score(jointre: Command, overfitted: Path, tmp_path: Path) -> None:
    """Predict's records are scored as they are, to what evaluate says."""
    gold = overfitted.parent / "train.jsonl"
    found, one, other = (tmp_path / name for name in ("p.jsonl", "a.json", "b.json"))
    assert jointre("predict", overfitted, gold, "--output", found).code == 0
    assert jointre("evaluate", overfitted, gold, "--output", one).code == 0
    types = overfitted.parent / "types.json"
    arguments = ("--format", "jsonl", "--types", types, "--output", other)
    assert jointre("score", gold, found, *arguments).code == 0
    assert json.loads(other.read_text()) == json.loads(one.read_text())


def test_relations_between_given_entities(
    jointre: Command, overfitted_documents: Path, tmp_path: Path
) -> None:
    """Mentions, clusters and types are the gold's; what is scored is what predict relates."""
    gold = overfitted_documents.parent / "train.jsonl"
    one, other, found = (tmp_path / name for name in ("a.json", "b.json", "p.jsonl"))
    given = ("--entities", "given", "--output")
    assert jointre("evaluate", overfitted_documents, gold, *given, one).code == 0
    report = json.loads(one.read_text())
    assert [report[block]["f1"] for block in ("mention", "cluster", "entity")] == [1.0, 1.0, 1.0]
    assert 0 < report["relation_strict"]["f1"] < 1
    assert jointre("predict", overfitted_documents, gold, *given, found).code == 0
    arguments = ("--format", "jsonl", "--protocol", "jerex", "--output", other)
    assert jointre("score", gold, found, *arguments).code == 0
    assert json.loads(other.read_text()) == report


def test_documents(jointre: Command, overfitted_documents: Path, tmp_path: Path) -> None:
    """The run's own protocol, jerex; what predict and evaluate wrote scores the same."""
    gold = overfitted_documents.parent / "train.jsonl"
    one, two, three = (tmp_path / name for name in ("a.json", "b.json", "c.json"))
    found, predicted = tmp_path / "found.jsonl", tmp_path / "predicted.jsonl"
    arguments = ("--output", one, "--predictions", found)
    ended = jointre("evaluate", overfitted_documents, gold, *arguments)
    assert (ended.code, ended.err) == (0, "")
    assert "protocol jerex, in percent" in ended.out
    report = json.loads(one.read_text())
    blocks = ["mention", "cluster", "coreference", "entity", "relation_boundary", "relation_strict"]
    assert list(report) == ["protocol", *blocks]
    assert 0 < report["mention"]["f1"] < 1
    assert jointre("predict", overfitted_documents, gold, "--output", predicted).code == 0
    for records, output in ((found, two), (predicted, three)):
        arguments = ("--format", "jsonl", "--protocol", "jerex", "--output", output)
        assert jointre("score", gold, records, *arguments).code == 0
        assert json.loads(output.read_text()) == report


def test_the_format_of_an_archive_s_data_is_detected(
    jointre: Command, tiny_run: Path, tmp_path: Path
) -> None:
    gold = tiny_run.parent / "test.jsonl"
    ended = jointre("evaluate", tiny_run / "archive", gold)
    assert ended.code == 0, ended.err
    unknown = tmp_path / "unknown.csv"
    unknown.write_text("a,b\n")
    jointre("evaluate", tiny_run / "archive", unknown).told(
        "no run directory with a config.json, so the data's format is unknown; name it with "
        "--format"
    )


def test_data_in_another_format_than_the_run_was_trained_on(
    jointre: Command, tiny_run: Path, tmp_path: Path
) -> None:
    gold, converted = tiny_run.parent / "test.jsonl", tmp_path / "test.json"
    assert jointre("convert", gold, converted, "--to", "spert").code == 0
    first, second = jointre("evaluate", tiny_run, gold), jointre("evaluate", tiny_run, converted)
    assert second.code == 0, second.err
    numbers = [ended.out.splitlines()[-2].split("│")[-4:] for ended in (first, second)]
    assert numbers[0] == numbers[1]


def test_unknown_labels_are_told_and_missed(
    jointre: Command, tiny_run: Path, tmp_path: Path
) -> None:
    record = {
        "tokens": ["Ada", "left"],
        "entities": [
            {"label": "Ship", "mentions": [[0, 1]]},
            {"label": "Place", "mentions": [[1, 2]]},
        ],
        "relations": [{"label": "sails", "head": 0, "tail": 1}],
    }
    gold, output = tmp_path / "gold.jsonl", tmp_path / "m.json"
    gold.write_text(json.dumps(record) + "\n")
    ended = jointre("evaluate", tiny_run, gold, "--output", output)
    assert ended.code == 0
    assert (
        f"{gold}: 1 entity with label 'Ship', which the model does not know: counted as missed"
        in ended.err
    )
    assert (
        f"{gold}: 1 relation with label 'sails', which the model does not know: counted as missed"
        in ended.err
    )
    report = json.loads(output.read_text())
    assert report["entity"]["per_type"]["Ship"]["support"] == 1
    assert report["entity"]["per_type"]["Ship"]["recall"] == 0


def test_protocols_and_mistakes(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    gold = tiny_run.parent / "test.jsonl"
    assert "protocol pure" in jointre("evaluate", tiny_run, gold, "--protocol", "pure").out
    jointre("evaluate", tiny_run, gold, "--protocol", "spret").told("did you mean 'spert'?")
    jointre("evaluate", tiny_run, gold, "--format", "jsonle").told("did you mean 'jsonl'?")
    jointre("evaluate", tmp_path / "no", gold, "--format", "jsonl").told("no such archive")
    jointre("evaluate", tiny_run, tmp_path / "no.jsonl").told("no.jsonl: no such file")
    jointre("evaluate", tiny_run, gold, "--device", "tpu9").told("device='tpu9' is not available")
    jointre("evaluate", tiny_run, gold, "--output", tmp_path).told("this is a folder; name a file")


def test_document_protocols(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    gold, facts = (tiny_run.parent / f"{name}.jsonl" for name in ("test", "train"))
    output = tmp_path / "m.json"
    ended = jointre("evaluate", tiny_run, gold, "--protocol", "jerex", "--output", output)
    assert (ended.code, ended.err) == (0, "")
    assert "coreference" in ended.out
    found = json.loads(output.read_text())
    best = json.loads((tiny_run / "metrics.json").read_text())["best"]["test"]
    assert found["mention"]["support"] == best["entity"]["support"]
    assert found["entity"]["support"] == best["entity"]["support"]
    arguments = ("--protocol", "docred", "--train-facts", facts, "--output", output)
    ended = jointre("evaluate", tiny_run, gold, *arguments)
    assert (ended.code, ended.err) == (0, "")
    assert "relation_ign" in ended.out
    assert "relation_ign" in json.loads(output.read_text())
    ended = jointre("evaluate", tiny_run, gold, "--train-facts", facts)
    ended.told("spert takes no 'train_facts'")


def test_every_label_has_a_row(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    gold, output = tiny_run.parent / "test.jsonl", tmp_path / "a.json"
    ended = jointre("evaluate", tiny_run, gold, "--output", output)
    assert "test.jsonl, protocol spert, in percent" in ended.out
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in ended.out.splitlines()]
    report = json.loads(output.read_text())
    for block in ("entity", "relation_boundary", "relation_strict"):
        for label, scores in report[block]["per_type"].items():
            shown = [f"{100 * scores[name]:.2f}" for name in ("f1", "precision", "recall")]
            assert [label, *shown, str(scores["support"])] in [row[1:] for row in rows]
    assert len(report["entity"]["per_type"]) > 2


def test_a_file_that_the_run_was_trained_on(
    jointre: Command, tiny_run: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes((tiny_run.parent / "train.jsonl").read_bytes())
    ended = jointre("evaluate", tiny_run, copy)
    assert ended.code == 0
    assert ended.err == (
        f"{copy}: warning: the model was trained on this file, so the scores do not show how well "
        "it does on new text; evaluate it on a file that it has not seen\n"
    )
    assert jointre("evaluate", tiny_run, tiny_run.parent / "dev.jsonl").err == ""


def test_relations_between_sentences_are_scored(
    jointre: Command, overfitted_pairs: Path, tmp_path: Path
) -> None:
    one = tmp_path / "a.json"
    gold = overfitted_pairs.parent / "two.jsonl"
    assert jointre("evaluate", overfitted_pairs, gold, "--output", one).code == 0
    report = json.loads(one.read_text())
    relations = sum(len(json.loads(line)["relations"]) for line in gold.read_text().splitlines())
    assert report["relation_strict"]["f1"] == 1.0
    assert report["relation_strict"]["support"] == relations
