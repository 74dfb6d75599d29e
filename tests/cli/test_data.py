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


def test_errors_are_skipped_on_request(jointre: Command, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"tokens": ["Ada"]}\n{"tokens": 3}\n{"tokens": 4}\n')
    result = jointre("data", "check", path, "--format", "jsonl")
    assert result.code == 1
    assert "a.jsonl:2: tokens must be a list" in (result.out + result.err)
    assert "a.jsonl:3: tokens must be a list" in (result.out + result.err)
    assert "--on-error skip" in (result.out + result.err)
    result = jointre("data", "check", path, "--format", "jsonl", "--on-error", "skip")
    assert result.code == 0
    assert "2 records with errors skipped" in (result.out + result.err)
    assert "a.jsonl:3: tokens must be a list" in (result.out + result.err)


def test_conversion_skips_errors_on_request(jointre: Command, tmp_path: Path) -> None:
    path, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    path.write_text('{"tokens": ["Ada"]}\n{"tokens": 3}\n')
    names = ("convert", path, target, "--from", "jsonl", "--to", "jsonl")
    assert jointre(*names).code == 1
    assert not target.exists()
    assert jointre(*names, "--on-error", "skip").code == 0
    assert target.read_text().count("\n") == 1
