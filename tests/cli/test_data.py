import json
from pathlib import Path

from tests.cli.command import Command
from tests.tiny_runs import NEWSWIRE


def test_list(jointre: Command) -> None:
    ended = jointre("data", "list")
    assert ended.code == 0
    for name in ("dygie", "jsonl", "spert"):
        assert name in ended.out
    assert ".ann or a folder" in ended.out
    assert "[start, end, label]" in ended.out  # not taken for markup


def test_check(jointre: Command, tmp_path: Path, tiny_data: Path) -> None:
    output = tmp_path / "report.json"
    arguments = ("--format", "jsonl", "--encoder", tiny_data / "encoder", "--output", output)
    ended = jointre("data", "check", NEWSWIRE / "dev.jsonl", *arguments)
    assert (ended.code, ended.err) == (0, "")
    report = json.loads(output.read_text())
    assert report["documents"] == 66
    assert "documents" in ended.out


def test_mistakes(jointre: Command, tmp_path: Path) -> None:
    source = NEWSWIRE / "dev.jsonl"
    jointre("data", "check", source, "--format", "jsonlines").told("jsonlines")
    jointre("data", "check", tmp_path / "x.jsonl", "--format", "jsonl").told("no such file")
    jointre("data", "check", source, "--format", "jsonl", "--encoder", tmp_path / "none").told(
        "cannot be loaded"
    )
    assert jointre("data", "check", source, "--format", "jsonl", "--max-width", "0").code == 2
