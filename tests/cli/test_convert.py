import json
from pathlib import Path

from tests.cli.command import Command
from tests.tiny_runs import NEWSWIRE


def test_there_and_back(jointre: Command, tmp_path: Path) -> None:
    source, spert, back = NEWSWIRE / "dev.jsonl", tmp_path / "dev.json", tmp_path / "dev.jsonl.gz"
    ended = jointre("convert", source, spert, "--from", "jsonl", "--to", "spert")
    assert ended.code == 0, ended.err
    assert f"{spert}: written; " in ended.out
    assert jointre("convert", spert, back, "--from", "spert", "--to", "jsonl").code == 0
    scores = tmp_path / "m.json"
    jointre("score", source, back, "--format", "jsonl", "--output", scores)
    assert json.loads(scores.read_text())["relation_strict"]["f1"] == 1.0


def test_a_folder_of_annotations(jointre: Command, tmp_path: Path) -> None:
    export = NEWSWIRE.parent / "annotation" / "label_studio" / "export.json"
    options = ("--from", "label_studio", "--to", "brat", "--option", "several=each")
    ended = jointre("convert", export, tmp_path / "c", *options)
    assert ended.code == 0, ended.err
    assert "1 task without an annotation skipped; first: " in ended.err
    assert sorted(item.name for item in (tmp_path / "c").iterdir())[:2] == ["41.ann", "41.txt"]
    jointre("convert", export, tmp_path / "c", *options).told("this folder is not empty")
    ended = jointre("data", "check", tmp_path / "c", "--format", "brat")
    assert ended.code == 0, ended.err


def test_mistakes(jointre: Command, tmp_path: Path) -> None:
    source, target = NEWSWIRE / "dev.jsonl", tmp_path / "out.json"
    jointre("convert", source, target, "--from", "jsonl", "--to", "sbert").told(
        "did you mean 'spert'?"
    )
    jointre("convert", source, target, "--from", "jsonl", "--to", "spert", "--option", "x").told(
        "'x': write KEY=VALUE, label_case=keep for example"
    )
    jointre("convert", tmp_path / "no", target, "--from", "jsonl", "--to", "spert").told(
        "no: no such file"
    )
    assert not target.exists()


def test_to_standard_output(jointre: Command, tmp_path: Path) -> None:
    """The same bytes as in a file, and nothing else among them."""
    source = NEWSWIRE / "dev.jsonl"
    wanted = jointre("convert", source, tmp_path / "a.json", "--to", "spert")
    assert wanted.code == 0
    ended = jointre("convert", source, "-", "--to", "spert")
    assert (ended.code, ended.out) == (0, (tmp_path / "a.json").read_text(encoding="utf-8"))
    jointre("convert", source, "-", "--to", "brat").told("-: this format is a folder of files")
