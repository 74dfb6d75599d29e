"""Trials that are trained, pruned, failed and continued; the best values as an experiment."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jointre.config import load_config, resolve
from jointre.errors import ConfigError, RunError
from jointre.studies import tuning
from jointre.studies.directory import Progress, StudyDirectory
from jointre.studies.process import Resources, TrainingProcess
from jointre.studies.tuning import TunedExperiment, Tuner, draw
from jointre.training.experiment import Experiment
from tests.studies.small import QUICK
from tests.tiny_runs import experiment, write_config

SPACE = {
    "training.optimizer.lr": {"log": [1e-4, 1e-2]},
    "model.interaction.heads": {"choice": [2, 4]},
}


def tuned(folder: Path, data: Path, space: Any, *overrides: str) -> TunedExperiment:
    config = experiment(data, QUICK) | {"tune": space}
    return TunedExperiment.read(write_config(config, folder / "e.json"), overrides, {})


def test_real_trials(tiny_data: Path, tmp_path: Path) -> None:
    """Trained in two processes; the best values are an experiment that resolves to its config."""
    lines: list[str] = []
    found = tuned(tmp_path, tiny_data, SPACE, "training.batch_size=6")
    directory = StudyDirectory(tmp_path / "tuning")
    tuner = Tuner(directory, found, Resources(2, 0), log=lines.append)
    tuner.run(2)
    trials = tuner.trials()
    assert [trial.state for trial in trials] == ["complete"] * 2, lines
    assert trials[0].score is not None
    assert trials[0].score >= (trials[1].score or 0)
    best = tuner.write_best()
    assert best is not None
    resolved = resolve(Experiment, load_config(best))
    assert resolved["training"]["optimizer"]["lr"] == trials[0].values["training.optimizer.lr"]
    assert resolved["training"]["batch_size"] == 6
    assert "dev entity_f1 = " in best.read_text()
    assert "\n    optimizer+: {\n      lr: " in best.read_text()
    # What a killed process left is repeated, and the number of trials counts all starts.
    left = tuner._study.ask()
    values = tuning.suggested(found.space, left)
    again = Tuner(directory, found, Resources(1, 0), log=lines.append)
    again.run(3)
    trials = again.trials()
    assert [trial.state for trial in trials] == ["complete"] * 3
    assert values in [dict(trial.values) for trial in trials]
    assert lines[-1] == "2 trials of 3 had ended before"
    again.run(0)
    assert len(again.trials()) == 3


class Scripted(TrainingProcess):
    """A training that ends when all of its epochs have been looked at."""

    looks: dict[str, int]
    stopped = False

    @property
    def ended(self) -> bool:
        return self.stopped or self.looks[self.run.name] >= 5

    def interrupt(self) -> None:
        self.stopped = True


class Script:
    """Trainings whose dev scores a function of the trial's values says, one epoch per look."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, score: Callable[[float, int], float]):
        self.looks: dict[str, int] = {}
        self.values: dict[str, float] = {}
        self.score = score
        monkeypatch.setattr(tuning, "POLL", 0.001)
        monkeypatch.setattr(tuning.TrainingProcess, "start", self.start)
        monkeypatch.setattr(StudyDirectory, "progress", lambda directory, name: self.progress(name))
        monkeypatch.setattr(Tuner, "_score", lambda tuner, run: self.scored(run.name, 5))

    def start(self, directory: Any, run: Any, *others: Any) -> Any:
        self.values[run.name] = run.config["training"]["optimizer"]["lr"]
        self.looks[run.name] = 0
        process = subprocess.Popen([sys.executable, "-c", ""])
        process.wait()
        job = Scripted(directory, run, 0, process, time.monotonic(), others[-1])
        job.looks = self.looks
        return job

    def scored(self, name: str, epoch: int) -> float:
        return self.score(self.values[name], epoch)

    def progress(self, name: str) -> Progress:
        self.looks[name] = epoch = min(5, self.looks[name] + 1)
        scores = {"entity_f1": self.scored(name, epoch)}
        return Progress("finished" if epoch == 5 else "running", epoch, 5, scores)


def test_good_values_are_found_and_bad_trials_pruned(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The score is best at a rate of 0.001, and known to be bad after two epochs elsewhere."""
    from math import log10

    Script(monkeypatch, lambda lr, epoch: (1 - abs(log10(lr) + 3) / 2) * epoch / 5)
    found = tuned(tmp_path, tiny_data, {"training.optimizer.lr": {"log": [1e-5, 1e-1]}})
    lines: list[str] = []
    tuner = Tuner(StudyDirectory(tmp_path / "t"), found, Resources(1, 0), log=lines.append)
    tuner.run(25)
    trials = tuner.trials()
    assert len(trials) == 25
    assert 3e-4 < trials[0].values["training.optimizer.lr"] < 3e-3
    pruned = [trial for trial in trials if trial.state == "pruned"]
    assert pruned
    assert all((trial.score or 0) < (trials[0].score or 0) for trial in pruned)
    assert any("pruned after epoch 2" in line for line in lines)
    assert tuner.importance() == {"training.optimizer.lr": 1.0}
    draw(tuner, tmp_path / "f.png")
    assert (tmp_path / "f.png").stat().st_size > 5000
    whole = Tuner(StudyDirectory(tmp_path / "w"), found, Resources(1, 0), prune=False)
    whole.run(8)
    assert {trial.state for trial in whole.trials()} == {"complete"}


def test_trials_that_fail(tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is told; the command fails if all of them did."""

    def start(directory: Any, run: Any, *others: Any) -> TrainingProcess:
        code = "print('error: the disk is full', flush=True); exit(1)"
        with directory.log(run.name).open("wb") as output:
            process = subprocess.Popen([sys.executable, "-c", code], stdout=output)
        return TrainingProcess(directory, run, 0, process, time.monotonic(), others[-1])

    monkeypatch.setattr(tuning.TrainingProcess, "start", start)
    tuner = Tuner(
        StudyDirectory(tmp_path / "t"), tuned(tmp_path, tiny_data, SPACE), Resources(1, 0)
    )
    with pytest.raises(
        RunError, match=r"all 2 trials failed; the last one: the disk is full \(see"
    ):
        tuner.run(2)
    assert [trial.state for trial in tuner.trials()] == ["fail"] * 2
    assert tuner.write_best() is None
    assert tuner.importance() == {}
    with pytest.raises(ConfigError, match="too few trials have ended"):
        draw(tuner, tmp_path / "f.png")


@pytest.mark.parametrize(
    ("space", "changes", "message"),
    [
        ({}, {}, "the experiment has no search space; add one, such as tune:"),
        (SPACE, {"data.dev": None}, "trials are compared by their dev scores: set data.dev"),
        (
            {"model.widht_dim": {"integer": [1, 3]}, "training.epochs": {"integer": [0, 3]}},
            {},
            r"(?s)tune.model.widht_dim: .* 'width_dim'.*tune.training.epochs: training.epochs: 0",
        ),
        ({"model.interaction.heads": {"choice": [4, "x"]}}, {}, "tune.model.interaction.heads: "),
        ({"seed": {"lgo": [1, 2]}}, {}, "tune.seed.lgo: .* mean 'log'"),
    ],
)
def test_mistakes(
    space: Any, changes: dict[str, Any], message: str, tiny_data: Path, tmp_path: Path
) -> None:
    """With the ends of every range, before anything is trained."""
    config = experiment(tiny_data, {**QUICK, **changes}) | {"tune": space}
    with pytest.raises(ConfigError, match=message):
        TunedExperiment.read(write_config(config, tmp_path / "e.json"), (), {})


def test_the_best_values_of_items_of_a_list(tiny_data: Path, tmp_path: Path) -> None:
    """They are changed by their number, the others by nested objects."""
    callbacks = [{"type": "ema", "decay": 0.9}]
    config = experiment(tiny_data, {**QUICK, "training.callbacks": callbacks})
    config["tune"] = {"training.callbacks.0.decay": {"uniform": [0.5, 0.9]}}
    found = TunedExperiment.read(write_config(config, tmp_path / "e.json"), (), {})
    text = found.jsonnet({"training.callbacks.0.decay": 0.7, "seed": 4}, tmp_path, "The best")
    (tmp_path / "best.jsonnet").write_text(text)
    loaded = load_config(tmp_path / "best.jsonnet").data
    assert loaded["training"]["callbacks"] == [{"type": "ema", "decay": 0.7}]
    assert loaded["seed"] == 4


def test_another_directory(tiny_data: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"is not empty and does not hold trials"):
        Tuner(StudyDirectory(tmp_path), tuned(tmp_path, tiny_data, SPACE), Resources(1, 0))


def test_a_search_space_changes_no_training(tiny_data: Path, tmp_path: Path) -> None:
    """Nor the digest by which runs are recognised."""
    config = experiment(tiny_data, QUICK)
    digests = [
        tuning.Contents().digest(resolve(Experiment, load_config(each)))
        for each in (config, config | {"tune": SPACE})
    ]
    assert digests[0] == digests[1]
