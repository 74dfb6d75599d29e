from pathlib import Path
from typing import Any

import pytest

from jointre.config import construct
from jointre.errors import ConfigError
from jointre.training.experiment import Experiment, check_monitor
from jointre.training.run import train
from tests.tiny_runs import experiment


def build(folder: Path, changes: dict[str, Any]) -> Experiment:
    return construct(Experiment, experiment(folder, changes))


def test_defaults(tiny_data: Path) -> None:
    made = build(tiny_data, {})
    assert made.seed == 3
    assert made.data.train_on == "train"
    assert made.training.monitor == ["entity_f1"]
    assert made.training.checkpoint == "best"
    assert made.training.precision == "32"


def test_several_monitors(tiny_data: Path) -> None:
    names = ["entity_f1", "relation_strict_macro_f1"]
    assert build(tiny_data, {"training.monitor": names}).training.monitor == names
    cells = {"training.monitor": ["entity_f1", "relation_cell_f1"], "training.protocol": "care"}
    assert build(tiny_data, cells).training.monitor == cells["training.monitor"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"training.monitor": "relation_stric_f1"},
            r"monitor='relation_stric_f1' is not a score of the protocol 'spert'; it has .*"
            r"relation_strict_f1",
        ),
        (
            {"training.monitor": "relation_strict_f1", "training.protocol": "dygie"},
            r"monitor='relation_strict_f1' is not a score of the protocol 'dygie'; it has entity_",
        ),
        (
            {"training.monitor": "relation_boundary_f1", "training.protocol": "care"},
            r"monitor='relation_boundary_f1' is not a score of the protocol 'care'; it has .*"
            r"entity_f1.*relation_cell_f1",
        ),
        ({"training.monitor": []}, "monitor"),
        (
            {"data.dev_fraction": 0.1},
            "dev and dev_fraction exclude each other: dev comes from one place",
        ),
        ({"data.dev": None, "data.train_on": "train+dev"}, "train_on='train.dev' needs a dev file"),
        (
            {"data.dev": None, "training.patience": 2},
            r"training\.patience needs dev scores: set data\.dev or dev_fraction",
        ),
        ({"data.dev": None, "data.dev_fraction": 1.0}, r"dev_fraction"),
        ({"training.epochs": 0}, r"training\.epochs.*0"),
        ({"training.batch_size": "4"}, r"training\.batch_size.*'?4'?"),
        ({"training.optimizer.lr": -1}, r"training\.optimizer\.lr.*-1"),
        ({"training.precision": "8"}, r"training\.precision.*bf16-mixed"),
        ({"training.checkpoint": "first"}, r"training\.checkpoint.*best"),
        ({"training.epoch": 3}, r"epoch.*did you mean 'epochs'"),
        ({"seed": -1}, r"seed.*-1"),
    ],
)
def test_mistakes(tiny_data: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"(?s){message}"):
        build(tiny_data, changes)


def test_scores_that_a_metric_s_options_leave_out(tiny_data: Path, tmp_path: Path) -> None:
    changes = {"training.monitor": "relation_ign_f1", "training.protocol": "docred"}
    made = build(tiny_data, changes)
    metric = made.training.protocol(symmetric=frozenset())
    message = (
        r"monitor='relation_ign_f1' is not a score of the protocol 'docred' with these options; it "
        r"has .*relation_boundary_f1"
    )
    with pytest.raises(ConfigError, match=message):
        check_monitor(made.training.monitor, metric)
    with pytest.raises(ConfigError, match=message):
        train(experiment(tiny_data, changes), tmp_path / "run")
    assert not (tmp_path / "run").exists()
