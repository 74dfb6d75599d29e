"""A run killed anywhere and recovered ends as if nothing had happened."""

import json
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tiny_runs import experiment, make_documents
from tests.training.processes import start

DEADLINE = 60  # seconds


@pytest.fixture(scope="module")
def config(tiny_data: Path) -> dict[str, Any]:
    """Scores rise: the last epoch is the best one."""
    dev = str(tiny_data / "train.jsonl")
    return experiment(tiny_data, {"training.epochs": 5, "data.dev": dev})


@pytest.fixture(scope="module")
def impatient(tiny_data: Path) -> dict[str, Any]:
    """No relation is sure enough: all epochs tie, so patience ends with the third."""
    changes = {
        "training.epochs": 6,
        "training.monitor": "relation_strict_f1",
        "model.decoder": {"type": "spans", "relation_threshold": 1.0},
    }
    return experiment(tiny_data, {**changes, "training.patience": 2})


@pytest.fixture(scope="module")
def undisturbed(config: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("undisturbed") / "run"
    assert finish(config, path) == 0
    metrics = json.loads((path / "metrics.json").read_text())
    assert metrics["best"]["dev"]["entity"]["f1"] > 0  # there is something to compare
    return path


def finish(config: dict[str, Any], path: Path, **options: Any) -> int | None:
    process = start(config, path, **options)
    process.join(DEADLINE)
    return process.exitcode


def results(run: Path) -> dict[str, Any]:
    """What must not depend on interruptions."""
    return {
        "weights": (run / "archive" / "model.safetensors").read_bytes(),
        "metrics": json.loads((run / "metrics.json").read_text()),
        "history": (run / "metrics.csv").read_text(),
        "vocabulary": (run / "archive" / "vocabulary.json").read_text(),
        "archive": (run / "archive" / "config.json").read_text(),
    }


def drafts(run: Path) -> list[str]:
    """Unfinished files; the locks that a killed process left are free."""
    return sorted(path.name for path in run.rglob(".*") if not path.name.endswith(".lock"))


def staircase(config: dict[str, Any], run: Path, *, after: bool) -> int:
    """Each attempt dies one replaced file later than the one before; how many there were."""
    for number in range(40):
        code = finish(config, run, die_at=number, after=after)
        if code != -signal.SIGKILL:
            assert code == 0
            return number
    raise AssertionError("the run does not end")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_every_file(
    config: dict[str, Any], undisturbed: Path, tmp_path: Path, after: bool
) -> None:
    run = tmp_path / "run"
    assert staircase(config, run, after=after) >= 6
    assert results(run) == results(undisturbed)
    assert drafts(run) == []


def test_killed_after_it_lost_its_patience(impatient: dict[str, Any], tmp_path: Path) -> None:
    assert finish(impatient, tmp_path / "whole") == 0
    assert len((tmp_path / "whole" / "metrics.csv").read_text().splitlines()) == 1 + 3
    assert json.loads((tmp_path / "whole" / "metrics.json").read_text())["best"]["epoch"] == 3
    assert staircase(impatient, tmp_path / "killed", after=False) >= 5
    assert results(tmp_path / "killed") == results(tmp_path / "whole")


def moments(run: Path) -> Iterator[tuple[str, Callable[[], bool]]]:
    """When to kill the next attempt: name and condition."""
    checkpoint = run / "checkpoints" / "last.ckpt"
    history = run / "metrics.csv"

    def epochs(count: int) -> bool:
        return history.exists() and len(history.read_text().splitlines()) > count

    yield "just begun", (run / "config.json").exists
    yield "in the first epoch", (run / "log.txt").exists
    yield "in the second epoch", lambda: checkpoint.exists() and epochs(1)
    yield "while a checkpoint is written", lambda: bool([*run.glob("checkpoints/.last.*")])
    yield "in the third epoch", lambda: epochs(2)
    yield "after the last epoch", lambda: epochs(5)
    yield "while the archive is written", lambda: bool([*run.glob(".archive.*")])


@pytest.mark.parametrize("seed", [1])
def test_killed_at_random_moments(
    config: dict[str, Any], undisturbed: Path, tmp_path: Path, seed: int
) -> None:
    run = tmp_path / "run"
    rng = random.Random(seed)
    kills = 0
    for _, reached in moments(run):
        process = start(config, run)
        end = time.monotonic() + DEADLINE
        while process.is_alive() and not reached():
            assert time.monotonic() < end
        time.sleep(rng.uniform(0, 0.03))
        process.kill()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)
        kills += process.exitcode == -signal.SIGKILL
    assert kills >= 4
    assert finish(config, run) == 0
    assert results(run) == results(undisturbed)


@pytest.mark.parametrize("context", ["document", 60])
def test_killed_while_it_reads_documents(
    context: str | int, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Documents are shuffled and kept together in the same way after each kill."""
    folder = make_documents(tmp_path_factory.mktemp("documents"))
    changes = {"training.epochs": 3, "model.context": context, "model.encoder.stride": 16}
    config = experiment(folder, changes)
    assert finish(config, tmp_path / "whole") == 0
    assert staircase(config, tmp_path / "killed", after=False) >= 4
    assert results(tmp_path / "killed") == results(tmp_path / "whole")
