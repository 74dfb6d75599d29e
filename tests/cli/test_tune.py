"""``jointre tune``: what it prints and writes."""

from pathlib import Path

from tests.cli.command import Command
from tests.studies.small import QUICK
from tests.tiny_runs import experiment, write_config


def test_trials_and_what_is_shown_again(jointre: Command, tiny_data: Path, tmp_path: Path) -> None:
    space = {"training.optimizer.lr": {"log": [1e-4, 1e-2]}}
    file = write_config(experiment(tiny_data, QUICK) | {"tune": space}, tmp_path / "e.json")
    ended = jointre("tune", file, "-s", tmp_path / "t", "--trials", 1)
    assert ended.code == 0, ended.err
    assert "1 trials, dev entity_f1 in percent" in ended.out.replace("1 trial,", "1 trials,")
    assert f"wrote {tmp_path / 't' / 'best.jsonnet'}" in ended.out
    assert "trial 0: training.optimizer.lr=" in ended.err
    again = jointre("tune", file, "-s", tmp_path / "t", "--trials", 0)
    assert again.out == ended.out
    jointre("tune", file, "-s", tmp_path / "t", "--trials", 0, "--plot", tmp_path / "f.png").told(
        "too few trials"
    )
    jointre("tune", "quickstart").told("the experiment has no search space")
    checked = jointre("config", "check", tmp_path / "t" / "best.jsonnet")
    assert checked.code == 0, checked.err
