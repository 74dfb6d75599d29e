import json
import sys
from pathlib import Path

import pytest

from tests.cli.command import Command

ID = "newswire-dev-001"


def test_the_numbers(jointre: Command, tiny_run: Path, tiny_data: Path, tmp_path: Path) -> None:
    output = tmp_path / "a.json"
    ended = jointre(
        "attention", tiny_run, tiny_data / "dev.jsonl", "--document", ID, "--output", output
    )
    assert (ended.code, ended.out, ended.err) == (0, f"{output}: written\n", "")
    record = json.loads(output.read_text())
    gold = json.loads((tiny_data / "dev.jsonl").read_text().splitlines()[0])
    assert (record["id"], record["tokens"]) == (ID, ["[CLS]", *gold["tokens"]])
    for name in ("bert", "ner", "re"):
        assert sum(record[name]) + record["sep"][name] == pytest.approx(1, abs=1e-5)
        assert len(record[name]) == len(record["tokens"])
    assert [mention["related"] for mention in record["entities"]] == [True, True]


@pytest.mark.parametrize(("name", "start"), [("a.html", b"<!DOCTYPE html>"), ("a.png", b"\x89PNG")])
def test_the_pictures(
    jointre: Command, tiny_run: Path, tiny_data: Path, tmp_path: Path, name: str, start: bytes
) -> None:
    arguments = ("--document", ID, "--output", tmp_path / name)
    ended = jointre("attention", tiny_run, tiny_data / "dev.jsonl", *arguments)
    assert ended.code == 0, ended.err
    assert (tmp_path / name).read_bytes().startswith(start)


def test_an_archive_and_the_only_sentence(
    jointre: Command, tiny_run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    one = tmp_path / "one.jsonl"
    one.write_text((tiny_data / "dev.jsonl").read_text().splitlines()[1] + "\n")
    arguments = ("attention", tiny_run / "archive", one, "--output", tmp_path / "a.json")
    jointre(*arguments).told("the data's format is unknown; name it with --format")
    ended = jointre(*arguments, "--format", "jsonl")
    assert ended.code == 0, ended.err
    assert json.loads((tmp_path / "a.json").read_text())["id"] == "newswire-dev-002"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--document", ID[:-1], "--output", "a.html"), f"did you mean {ID!r}?"),
        (("--output", "a.html"), "name one of the 10 units. Units: 'newswire-dev-001', "),
        (("--document", ID, "--output", "a.svg"), "a.svg: a picture's name ends in .html, .png"),
        (("--document", ID, "--output", "no/a.html"), "no/a.html: cannot be written; the folder"),
        (("--document", ID, "--output", "a.html", "--device", "gpu"), "device='gpu' is not"),
    ],
)
def test_what_is_wrong_is_told(
    jointre: Command,
    tiny_run: Path,
    tiny_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    jointre("attention", tiny_run, tiny_data / "dev.jsonl", *arguments).told(message)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_matplotlib_is_told_before_anything_is_read(
    jointre: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    ended = jointre("attention", "no_run", "no_file", "--output", tmp_path / "a.png")
    ended.told("pip install 'jointre[plots]'")


def test_an_output_is_needed(jointre: Command, tiny_run: Path, tiny_data: Path) -> None:
    ended = jointre("attention", tiny_run, tiny_data / "dev.jsonl", "--document", ID)
    assert ended.code == 2
    assert "--output" in ended.err
