"""``jointre report``: the page and the numbers of runs and files, and what is refused."""

import json
from pathlib import Path

import pytest

from tests.cli.command import Command


def test_a_run(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    """The numbers are those of evaluate; the training data is found by itself."""
    data, output = tiny_run.parent / "test.jsonl", tmp_path / "r.html"
    ended = jointre("report", tiny_run, data, "--output", output, "--json", tmp_path / "r.json")
    assert ended.code == 0, ended.err
    assert f"written: {output} and {tmp_path / 'r.json'}" in ended.err
    numbers = json.loads((tmp_path / "r.json").read_text())
    evaluated = tmp_path / "e.json"
    assert jointre("evaluate", tiny_run, data, "--output", evaluated).code == 0
    (system,) = numbers["systems"]
    assert system["scores"] == json.loads(evaluated.read_text())
    names = [each["name"] for each in system["slices"]]
    assert "its text in training" in names
    assert numbers["notes"] == []
    micro = [each for each in system["intervals"] if each["label"] == "micro"]
    for each in micro:
        assert each["low"] <= each["f1"] <= each["high"]
    assert "<!DOCTYPE html>" in output.read_text()[:20]


def test_two_runs_and_a_file(
    jointre: Command, tiny_run: Path, overfitted: Path, tmp_path: Path
) -> None:
    data = overfitted.parent / "two.jsonl"
    written = tmp_path / "r.json"
    arguments = ("--output", tmp_path / "r.html", "--json", written)
    ended = jointre("report", overfitted, data, "--compare", data, *arguments)
    assert ended.code == 0, ended.err
    numbers = json.loads(written.read_text())
    assert [each["name"] for each in numbers["systems"]] == [str(overfitted), str(data)]
    assert numbers["changes"]["entity"] == {"fixed": 0, "broken": 0}
    ended = jointre("report", data, data, "--compare", tiny_run, *arguments)
    assert ended.code == 0, ended.err
    numbers = json.loads(written.read_text())
    assert numbers["changes"]["relation"]["broken"] > 0
    assert "the training data is needed and it is not known" in numbers["notes"][0]
    ended = jointre("report", data, data, "--train", data, *arguments)
    assert json.loads(written.read_text())["notes"] == []


def test_notes(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    """The report of training data says so."""
    data = tiny_run.parent / "train.jsonl"
    ended = jointre("report", tiny_run, data, "--output", tmp_path / "r.html")
    assert ended.code == 0
    assert "the model was trained on this file" in ended.err
    assert "the model was trained on this file" in (tmp_path / "r.html").read_text()


def test_suspects_are_limited(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    data, written = tiny_run.parent / "test.jsonl", tmp_path / "r.json"
    arguments = ("--suspects", 3, "--output", tmp_path / "r.html", "--json", written)
    assert jointre("report", tiny_run, data, *arguments).code == 0
    assert len(json.loads(written.read_text())["suspects"]) == 3


def test_mistakes(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    data = tiny_run.parent / "test.jsonl"
    page = tmp_path / "r.html"
    for arguments, message in (
        ((tiny_run, data, "--output", data), "which it would replace; write to another place"),
        ((tiny_run, data, "--train", tmp_path / "none"), "none: no such file"),
        ((tiny_run, data, "--protocol", "spurt"), "spurt"),
        ((tiny_run, tiny_run.parent / "dev.jsonl", "--compare", data), "same documents"),
        ((tiny_run, data, "--fold", tiny_run), "was not trained with data.fold"),
        ((tmp_path / "none", data), "none"),
    ):
        output = () if "--output" in arguments else ("--output", page)
        ended = jointre("report", *arguments, *output)
        assert (ended.code, ended.out) == (1, ""), arguments
        assert message in ended.err
        assert not page.exists()


@pytest.mark.parametrize(
    "fixture", ["overfitted_documents", "overfitted_pairs", "overfitted_table"]
)
def test_other_families(
    fixture: str, jointre: Command, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    run = request.getfixturevalue(fixture)
    written = tmp_path / "r.json"
    arguments = ("--output", tmp_path / "r.html", "--json", written)
    ended = jointre("report", run, run.parent / "dev.jsonl", *arguments)
    assert ended.code == 0, ended.err
    (system,) = json.loads(written.read_text())["systems"]
    assert system["curves"]["entity"]
