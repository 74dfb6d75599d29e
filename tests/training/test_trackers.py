"""Trackers that fail: reported once, and the training goes on."""

from pathlib import Path
from typing import Any

import pytest
from lightning.pytorch.loggers import Logger

from jointre.training.loggers import Csv, TrainingLogger
from jointre.training.run import train
from jointre.training.trackers import Forgiving, build_loggers
from tests.tiny_runs import experiment


class Failing(Logger):
    """A tracker that accepts one call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    @property
    def name(self) -> str:
        return "failing"

    @property
    def version(self) -> int:
        return 0

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        self.calls += 1
        if self.calls > 1:
            raise OSError("the server is\ngone")

    def log_hyperparams(self, params: Any, *more: Any, **named: Any) -> None:
        pass


def test_a_tracker_that_fails_is_reported_once(tmp_path: Path) -> None:
    lines: list[str] = []
    tracker = Failing()
    logger = Forgiving(lambda: tracker, "mine", lines.append)
    for _ in range(4):
        logger.log_metrics({"a": 1.0})
    logger.save()
    logger.finalize("success")
    assert tracker.calls == 2
    assert lines == [
        "warning: the logger 'mine' failed and is not used any more in this training (OSError: the "
        "server is gone); the run directory is complete without it"
    ]
    assert (logger.name, logger.version) == ("mine", None)


def test_a_tracker_that_fails_does_not_end_the_training(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Csv, "build", lambda self, folder: Failing())
    lines: list[str] = []
    changes = {"training.epochs": 2, "training.loggers": ["csv"]}
    config = experiment(tiny_data, changes)
    metrics = train(config, tmp_path / "run", log=lines.append).metrics
    assert len([line for line in lines if "the logger 'csv' failed" in line]) == 1
    monkeypatch.undo()
    config = experiment(tiny_data, {"training.epochs": 2})
    assert metrics == train(config, tmp_path / "other", log=lines.append).metrics


def test_a_tracker_that_cannot_start(tmp_path: Path) -> None:
    class Broken(TrainingLogger):
        def build(self, folder: Path) -> Logger:
            raise PermissionError("no key")

    lines: list[str] = []
    broken = Broken.__new__(Broken)
    Broken.registered_name = "broken"
    (logger,) = build_loggers([broken], tmp_path, {"a": {"b": [1]}}, lines.append)
    logger.log_metrics({"a": 1.0})
    assert len(lines) == 1
    assert "(PermissionError: no key)" in lines[0]
