import json
from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.tiny_runs import experiment, write_config


@pytest.fixture
def config(tiny_data: Path, tmp_path: Path) -> Path:
    return write_config(experiment(tiny_data), tmp_path / "tiny.json")


def test_check_says_that_all_is_right(jointre: Command, config: Path) -> None:
    ended = jointre("config", "check", config)
    assert (ended.code, ended.out, ended.err) == (0, f"{config}: no mistakes\n", "")


def test_check_notes_data_files_that_do_not_exist(jointre: Command, config: Path) -> None:
    ended = jointre("config", "check", config, "-o", "data.test=corpora/none.jsonl")
    assert (ended.code, ended.out) == (0, f"{config}: no mistakes\n")
    assert "note: data.test: corpora/none.jsonl does not exist; data files are looked" in ended.err
    assert f"in the working directory, {Path.cwd()}, imports in" in ended.err


def test_mixins(jointre: Command, tmp_path: Path) -> None:
    file = tmp_path / "changes.libsonnet"
    file.write_text("local data = std.extVar('corpus'); { wide: {}, narrow:: { a: data } }")
    ended = jointre("config", "mixins", file, "--ext-var", "corpus=x")
    assert (ended.code, ended.out) == (0, "narrow\nwide\n")
    jointre("config", "mixins", tmp_path / "none.libsonnet").told("does not exist")


def test_check_lists_all_mistakes_at_once(jointre: Command, config: Path) -> None:
    overrides = {
        "model.interaction.head": 2,
        "model.span_enumerator.max_width": 0,
        "model.span_pooler": "maximum",
        "training.epochs": "many",
        "data.reader.type": "jsonll",
        "sead": 1,
    }
    arguments = [part for key, value in overrides.items() for part in ("-o", f"{key}={value}")]
    ended = jointre("config", "check", config, *arguments)
    ended.told("did you mean 'heads'?")
    for text in (
        "model.span_enumerator.max_width",
        "model.span_pooler",
        "training.epochs",
        "'jsonl'",
        "'seed'",
    ):
        assert text in ended.err, text


def test_show_json_is_a_config_that_resolves_to_itself(
    jointre: Command, config: Path, tmp_path: Path
) -> None:
    shown = jointre("config", "show", config, "--json", "-o", "training.epochs=7")
    assert shown.code == 0
    assert json.loads(shown.out)["training"]["epochs"] == 7
    again = tmp_path / "again.json"
    again.write_text(shown.out)
    assert jointre("config", "show", again, "--json").out == shown.out
    assert jointre("config", "check", again).code == 0


def test_show_fills_in_defaults(jointre: Command, config: Path) -> None:
    ended = jointre("config", "show", config)
    assert ended.code == 0
    assert '"patience": null' in ended.out
    assert '"stride": 128' in ended.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "nonsense"), "nonsense"),
        (("--ext-var", "data"), "--ext-var data: write NAME=VALUE, data=corpora for example"),
        (("--include-package", "no_such_package"), "no_such_package"),
    ],
)
def test_bad_arguments(
    jointre: Command, config: Path, arguments: tuple[str, ...], message: str
) -> None:
    jointre("config", "check", config, *arguments).told(message)


def test_a_missing_file_names_its_neighbour(jointre: Command, config: Path) -> None:
    jointre("config", "check", config.with_name("tinny.json")).told("tiny.json")


def test_list_shows_the_installed_experiments(jointre: Command) -> None:
    ended = jointre("config", "list")
    assert ended.code == 0
    assert "quickstart " in ended.out
    assert "SciERC in SpERT's format" in ended.out
