from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jointre.training import run, trainer
from jointre.training.module import TrainingModule
from jointre.training.progress import Counted, Pace, ProgressLines, duration
from tests.tiny_runs import experiment


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def steps(clock: Clock, pace: Pace, lengths: list[float]) -> list[float]:
    """When lines were due, in seconds from the start."""
    due = []
    for length in lengths:
        clock.now += length
        if pace.due():
            due.append(clock.now - 1000.0)
    return due


@pytest.mark.parametrize("length", [0.5, 7.0, 20.0, 29.0, 31.0, 59.0])
def test_no_gap_is_longer_than_a_minute(length: float) -> None:
    clock = Clock()
    due = steps(clock, Pace(clock), [length] * round(600 / length))
    gaps = [after - before for before, after in zip([0.0, *due], due, strict=False)]
    assert gaps
    assert max(gaps) <= 60
    assert length > 20 or min(gaps) >= 30  # a line per step only where steps are slow


def test_rate_and_time_left() -> None:
    clock = Clock()
    pace = Pace(clock)
    steps(clock, pace, [10.0])
    assert pace.remaining(30, 630) == "3.0 steps/s, 3 min left"
    assert pace.remaining(2, 8) == "5.0 s per step, 30 s left"
    assert [duration(seconds) for seconds in (0, 89, 91, 5399, 5400, 7500)] == [
        "0 s",
        "89 s",
        "2 min",
        "1 h 30 min",
        "1 h 30 min",
        "2 h 5 min",
    ]


def test_counted_units() -> None:
    clock, told = Clock(), list[str]()
    count = Counted("scoring test", 1000, told.append, clock)
    for _ in range(4):
        clock.now += 20.0
        count(100)
    assert told == [
        "scoring test: 200 of 1,000 units, 5.0 units/s, 3 min left",
        "scoring test: 400 of 1,000 units, 5.0 units/s, 2 min left",
    ]


def lines_of(
    tiny_data: Path, path: Path, seconds: float, *, recover: bool = False, stop: int | None = None
) -> list[str]:
    """The lines of a training whose every batch takes some seconds."""
    clock, told = Clock(), list[str]()
    step, validation = TrainingModule.training_step, TrainingModule.validation_step

    def slow(original: Callable[..., Any]) -> Callable[..., Any]:
        def slowed(self: TrainingModule, batch: Any, number: int) -> Any:
            clock.now += seconds
            if self.current_epoch == stop:
                raise KeyboardInterrupt
            return original(self, batch, number)

        return slowed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "ProgressLines", partial(ProgressLines, clock=clock))
        patch.setattr(TrainingModule, "training_step", slow(step))
        patch.setattr(TrainingModule, "validation_step", slow(validation))
        config = experiment(tiny_data, {"training.epochs": 2, "data.test": None})
        if stop is None:
            run.train(config, path, log=told.append, recover=recover)
        else:
            with pytest.raises(KeyboardInterrupt):
                run.train(config, path, log=told.append, recover=recover)
    return [line for line in told if ", step " in line]


def test_a_training_reports_its_steps(tiny_data: Path, tmp_path: Path) -> None:
    """Six batches per epoch and one of dev, 20 s each: every second one has a line."""
    lines = lines_of(tiny_data, tmp_path / "run", 20.0)
    assert len(lines) == 7
    start, _, rest = lines[0].partition(": loss ")
    assert start == "epoch 1 of 2, step 2 of 12"
    assert float(rest.split(",")[0]) > 0
    assert rest.endswith(", 20.0 s per step, 3 min left")
    assert lines[3].startswith("epoch 2 of 2, step 7 of 12: loss ")
    assert lines[-1].startswith("epoch 2 of 2, step 12 of 12 (scoring dev: batch 1 of 1): loss ")
    assert lines[-1].endswith(", 0 s left")
    log = (tmp_path / "run" / "log.txt").read_text()
    assert all(line in log for line in lines)


def test_quick_trainings_report_epochs_only(tiny_data: Path, tmp_path: Path) -> None:
    assert lines_of(tiny_data, tmp_path, 0.1) == []


def test_the_rate_of_a_recovered_training_is_its_own(tiny_data: Path, tmp_path: Path) -> None:
    lines_of(tiny_data, tmp_path, 1.0, stop=1)
    lines = lines_of(tiny_data, tmp_path, 20.0, recover=True)
    assert lines[0].startswith("epoch 2 of 2, step 8 of 12: loss ")
    assert lines[0].endswith(", 20.0 s per step, 80 s left")
