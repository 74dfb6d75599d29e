from pathlib import Path

from tests.cli.command import Command
from tests.tiny_runs import NEWSWIRE


def test_splits_by_document(jointre: Command, tmp_path: Path) -> None:
    target = tmp_path / "parts"
    ended = jointre("split", NEWSWIRE / "test.jsonl", "--dir", target, "--dev", "0.25")
    assert ended.code == 0, ended.err
    assert "detected the format jsonl" in ended.err
    assert "takes_place_in" in ended.out
    lines = {path.name: path.read_text().splitlines() for path in target.iterdir()}
    assert set(lines) == {"train.jsonl", "dev.jsonl", "test.jsonl"}
    everything = (NEWSWIRE / "test.jsonl").read_text().splitlines()
    assert sorted(line for part in lines.values() for line in part) == sorted(everything)
    jointre("split", NEWSWIRE / "test.jsonl", "--dir", target).told("this folder is not empty")


def test_shares_that_leave_nothing(jointre: Command, tmp_path: Path) -> None:
    arguments = ("--dir", tmp_path / "parts", "--dev", "0.5", "--test", "0.5")
    jointre("split", NEWSWIRE / "test.jsonl", *arguments).told("the shares of dev (0.5) and test")
    assert not (tmp_path / "parts").exists()
