import json
import shutil
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from jointre.config import LoadedConfig
from jointre.errors import RunError
from jointre.training.former_defaults import with_former_defaults, with_stored_defaults
from jointre.training.run import train
from tests.tiny_runs import experiment

FORMER = ["bias", "LayerNorm"]


def of(optimizer: Mapping[str, Any]) -> dict[str, Any]:
    return {"seed": 1, "training": {"epochs": 2, "optimizer": dict(optimizer)}}


@pytest.mark.parametrize("stored", [{"no_decay": FORMER}, {}], ids=["stored", "not stored"])
@pytest.mark.parametrize("kind", ["adamw", "bert_adamw"])
def test_the_run_keeps_its_default(kind: str, stored: dict[str, Any]) -> None:
    loaded = LoadedConfig(of({"type": kind, "lr": 0.1}), texts={"a.jsonnet": ""})
    before = deepcopy(loaded.data)
    config, sentences = with_former_defaults(loaded, of({"type": kind, **stored}))
    assert config.data == of({"type": kind, "lr": 0.1, "no_decay": FORMER})
    assert config.texts == loaded.texts
    assert loaded.data == before
    assert sentences == [
        'training.optimizer.no_decay: the run was started with ["bias", "LayerNorm"], the default '
        "of an earlier version, and continues with it"
    ]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"type": "adamw", "no_decay": None}, {"type": "adamw", "no_decay": FORMER}),
        ({"type": "adamw", "no_decay": ["x"]}, {"type": "adamw"}),
        ({"type": "adamw"}, {"type": "adamw", "no_decay": None}),
        ({"type": "adamw"}, {"type": "adamw", "no_decay": ["x"]}),
        ({"type": "adam"}, {"type": "adam"}),
        ({"type": "unknown"}, {"type": "unknown"}),
        ({}, {}),
    ],
)
def test_everything_else_stays(given: dict[str, Any], stored: dict[str, Any]) -> None:
    loaded = LoadedConfig(of(given))
    assert with_former_defaults(loaded, of(stored)) == (loaded, [])


@pytest.mark.parametrize("config", [{}, {"training": 3}, {"training": {"optimizer": "adamw"}}])
def test_configs_that_are_refused_elsewhere(config: dict[str, Any]) -> None:
    assert with_former_defaults(LoadedConfig(config), config) == (LoadedConfig(config), [])
    assert with_stored_defaults(config) == config


def interrupt_in_the_second_epoch(line: str) -> None:
    if line.startswith("epoch 2:"):
        raise KeyboardInterrupt


def weights(path: Path) -> bytes:
    return (path / "archive" / "model.safetensors").read_bytes()


def test_a_run_of_an_earlier_version_is_recovered(tiny_data: Path, tmp_path: Path) -> None:
    """It ends with the weights of a run that has the former default throughout."""
    changes = {"training.epochs": 3, "training.optimizer.weight_decay": 10.0}
    former = experiment(tiny_data, changes | {"training.optimizer.no_decay": FORMER})
    now = experiment(tiny_data, changes)
    other = experiment(tiny_data, changes | {"training.optimizer.no_decay": None})
    train(former, tmp_path / "whole", log=lambda line: None)
    train(now, tmp_path / "now", log=lambda line: None)
    stored = tmp_path / "stored"
    with pytest.raises(KeyboardInterrupt):
        train(former, stored, log=interrupt_in_the_second_epoch)
    assert (stored / "checkpoints" / "last.ckpt").exists()
    config = json.loads((stored / "config.json").read_text())
    assert config["training"]["optimizer"].pop("no_decay") == FORMER
    not_stored = tmp_path / "not_stored"
    shutil.copytree(stored, not_stored)
    (not_stored / "config.json").write_text(json.dumps(config))
    for run in (stored, not_stored):
        with pytest.raises(RunError, match=r"training\.optimizer\.no_decay: .* there, null now"):
            train(other, run, recover=True, log=lambda line: None)
        lines: list[str] = []
        train(now, run, recover=True, log=lines.append)
        assert any("no_decay: the run was started with" in line for line in lines)
        assert weights(run) == weights(tmp_path / "whole")
        assert weights(run) != weights(tmp_path / "now")
