import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from jointre.cli._common.command import CheckedCommand
from jointre.cli._common.paths import INTO, READ, WRITTEN, check_paths
from jointre.cli.main import app
from jointre.errors import DataError
from tests.cli.command import Command

NAMES = {name: f"--{name}" for name in READ | WRITTEN} | {"option": "--option"}


def commands(group: object) -> Iterator[object]:
    for command in group.commands.values():  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            yield from commands(command)
        else:
            yield command


COMMANDS = list(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_path_of_every_command_is_classified(command: CheckedCommand) -> None:
    assert isinstance(command, CheckedCommand)
    paths = [str(param.name) for param in command.params if "Path" in str(param.bare_type)]
    unclear = [
        name for name in paths if name not in READ | WRITTEN and (command.name, name) not in INTO
    ]
    assert unclear == [], "add the parameters to the sets of jointre.cli._common.paths"


def test_the_commands_have_outputs() -> None:
    written = {(command.name, param.name) for command in COMMANDS for param in command.params}  # type: ignore[attr-defined]
    assert {("predict", "render"), ("score", "output"), ("convert", "target")} <= written
    assert written >= INTO
    assert not READ & WRITTEN


@pytest.fixture
def text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.txt"
    path.write_text("mine")
    return path


@pytest.mark.parametrize("way", ["same", "relative", "hard link", "link", "linked folder"])
def test_an_output_is_never_an_input(text: Path, tmp_path: Path, way: str) -> None:
    output = {"same": text, "relative": Path("x/../a.txt")}.get(way, tmp_path / "b.txt")
    (tmp_path / "x").mkdir()
    if way == "hard link":
        os.link(text, output)
    elif way == "link":
        output.symlink_to(text)
    elif way == "linked folder":
        (tmp_path / "y").symlink_to(tmp_path)
        output = tmp_path / "y" / "a.txt"
    with pytest.raises(DataError) as caught:
        check_paths("predict", {"files": [Path("c.txt"), text], "output": output}, NAMES)
    assert str(caught.value) == (
        f"--output {output} is the same as the input {text}, which it would replace; write to "
        "another place"
    )


def test_two_outputs_are_two_places(text: Path) -> None:
    outputs = {"output": Path("new.html"), "render": Path("./x/../new.html")}
    with pytest.raises(DataError, match=r"^--output new\.html and --render .+ are the same place"):
        check_paths("predict", outputs, NAMES)
    nothing = Path("/dev/null")
    check_paths("predict", {"file": nothing, "output": nothing, "render": nothing}, NAMES)


def test_a_growing_output_is_not_an_input(text: Path) -> None:
    partial = Path("out.jsonl.partial")
    with pytest.raises(DataError, match=r"^out\.jsonl\.partial, in which --output out\.jsonl grow"):
        check_paths("predict", {"files": [partial], "output": Path("out.jsonl")}, NAMES)


def test_files_named_by_options_are_inputs(text: Path) -> None:
    with pytest.raises(DataError, match="is the same as the input"):
        check_paths("data", {"option": ["types=a.txt", "several=each"], "output": text}, NAMES)


def test_a_file_of_an_input_folder_is_not_replaced(text: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.ann").write_text("")
    check_paths("convert", {"source": corpus, "target": corpus / "new.json"}, NAMES)
    with pytest.raises(DataError, match=r"a\.ann is a file of the input .+corpus, which"):
        check_paths("convert", {"source": corpus, "target": corpus / "a.ann"}, NAMES)


def test_a_run_may_hold_predictions_beside_its_own_files(tmp_path: Path) -> None:
    for name in ("run.json", "config.json", "predictions.jsonl"):
        (tmp_path / name).write_text("{}")
    check_paths("predict", {"run": tmp_path, "output": tmp_path / "predictions.jsonl"}, NAMES)
    for name in ("run.json", "config.json"):
        with pytest.raises(DataError, match=f"{name} is a file of the input"):
            check_paths("predict", {"run": tmp_path, "output": tmp_path / name}, NAMES)


@pytest.mark.parametrize("command", ["predict", "evaluate", "attention", "report"])
@pytest.mark.parametrize("name", ["train.jsonl", "types.json", "weights"])
def test_the_data_of_a_run_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str
) -> None:
    """The types file of its reader and the weights it began with are inputs too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    data = {"reader": {"type": "jsonl", "types": "types.json"}, "train": "train.jsonl"}
    config = {"data": data, "training": {"initial_weights": "weights"}}
    (tmp_path / "run" / "config.json").write_text(json.dumps(config))
    parameters = {"run": Path("run"), "output": tmp_path / name}
    check_paths(command, parameters, NAMES)  # there is no such file yet
    (tmp_path / name).write_text("mine")
    with pytest.raises(DataError, match=f"{name} is the same as the input .*{name}, which"):
        check_paths(command, parameters, NAMES)


def test_nothing_is_written_into_an_archive(tiny_run: Path) -> None:
    output = tiny_run / "archive" / "found.jsonl"
    with pytest.raises(DataError, match=r"found\.jsonl lies in the archive .*archive, which could"):
        check_paths("predict", {"run": tiny_run, "output": output}, NAMES)
    check_paths("predict", {"run": tiny_run, "output": tiny_run / "found.jsonl"}, NAMES)


@pytest.mark.parametrize(
    "words",
    [
        ("predict", "RUN", "a.txt", "--output", "a.txt"),
        ("predict", "RUN", "b.txt", "--output", "new.html", "--render", "new.html"),
        ("evaluate", "RUN", "a.txt", "--output", "a.txt"),
        ("evaluate", "RUN", "b.txt", "--output", "new", "--predictions", "new"),
        ("score", "b.txt", "a.txt", "--format", "spert", "--output", "a.txt"),
        ("convert", "a.txt", "a.txt", "--from", "dygie", "--to", "spert"),
        ("convert", "folder", "folder", "--from", "brat", "--to", "spert"),
        ("data", "check", "a.txt", "--format", "jsonl", "--output", "a.txt"),
        ("attention", "RUN", "a.txt", "--output", "a.txt"),
        ("efficiency", "RUN", "a.txt", "--output", "a.txt"),
        ("report", "RUN", "b.txt", "--compare", "a.txt", "--json", "a.txt"),
        ("report", "RUN", "b.txt", "--train", "a.txt", "--output", "a.txt"),
        ("compare", "b.txt", "a.txt", "c.txt", "--output", "a.txt"),
        ("convert-checkpoint", "a.txt", "b.jsonnet", "a.txt"),
    ],
)
def test_the_command_line_refuses(jointre: Command, text: Path, words: tuple[str, ...]) -> None:
    (text.parent / "folder").mkdir()
    ended = jointre(*words)
    ended.told("the same ")
    assert text.read_text() == "mine"
    assert sorted(path.name for path in text.parent.iterdir()) == ["a.txt", "folder"]
