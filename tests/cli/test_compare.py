"""``jointre compare``: what it prints and writes, and what it refuses."""

import json
from pathlib import Path

import pytest

from tests.cli.command import Command


def test_a_run_and_a_file(
    jointre: Command, tiny_run: Path, overfitted: Path, tmp_path: Path
) -> None:
    """The table has the scores of both, and the file all numbers."""
    data = overfitted.parent / "two.jsonl"
    written = tmp_path / "c.json"
    ended = jointre("compare", tiny_run, data, data, "--resamples", 100, "--output", written)
    assert ended.code == 0, ended.err
    assert f"A: {tiny_run}\nB: {data}\n" in ended.out.replace("\n/", "/")
    assert "agreement" in ended.out
    assert "changes the difference by" in ended.out
    report = json.loads(written.read_text())
    assert (report["one"], report["resamples"], report["documents"]) == (str(tiny_run), 100, 2)
    (micro,) = [
        row
        for row in report["differences"]
        if (row["block"], row["label"]) == ("relation_strict", "micro")
    ]
    evaluated = tmp_path / "e.json"
    jointre("evaluate", tiny_run, data, "--output", evaluated)
    assert micro["one"] == json.loads(evaluated.read_text())["relation_strict"]["f1"]
    assert micro["other"] == 1.0
    assert micro["difference"] == pytest.approx(1.0 - micro["one"])


def test_the_same_seed_gives_the_same(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    data = tiny_run.parent / "test.jsonl"
    texts = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        arguments = ("--resamples", 200, "--seed", seed, "--output", tmp_path / name)
        assert jointre("compare", tiny_run, data, data, *arguments).code == 0
        texts.append(json.loads((tmp_path / name).read_text())["differences"])
    assert texts[0] == texts[1] != texts[2]


def test_predictions_for_other_documents(jointre: Command, tiny_run: Path) -> None:
    data = tiny_run.parent
    ended = jointre("compare", tiny_run, data / "dev.jsonl", data / "test.jsonl")
    assert (ended.code, ended.out) == (1, "")
    assert "both must hold the same documents in the same order" in ended.err


def test_blocks_that_are_not_compared_are_named(
    jointre: Command, overfitted_documents: Path
) -> None:
    data = overfitted_documents.parent / "two.jsonl"
    ended = jointre("compare", overfitted_documents, data, data, "--resamples", 100)
    assert ended.code == 0, ended.err
    assert (
        "coreference: its scores are not sums over documents, so they are not compared" in ended.err
    )
