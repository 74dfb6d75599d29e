from pathlib import Path

import pytest

from tests.cli.command import Command


@pytest.mark.parametrize("command", [("train",), ("config", "check"), ("config", "show")])
def test_an_override_without_its_option_is_told_how_to_be_written(
    jointre: Command, tmp_path: Path, command: tuple[str, ...]
) -> None:
    ended = jointre(*command, tmp_path / "absent.jsonnet", "training.epochs=7", "seed=1")
    assert ended.code == 2
    assert "for an override write -o training.epochs=7" in ended.err
    assert "Traceback" not in ended.err


def test_a_second_file_is_refused(jointre: Command, tmp_path: Path) -> None:
    ended = jointre("config", "check", tmp_path / "one.jsonnet", "two.jsonnet")
    assert ended.code == 2
    assert "two.jsonnet: unexpected after the experiment file" in ended.err
    assert "name one file at a time" in ended.err


def test_an_unknown_option_is_still_refused(jointre: Command, tmp_path: Path) -> None:
    ended = jointre("config", "check", tmp_path / "one.jsonnet", "--nope")
    assert ended.code == 2
    assert "--nope" in ended.err
