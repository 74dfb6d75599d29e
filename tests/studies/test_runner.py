"""Real trainings in real processes: failed, killed, shared, and limited in memory."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from jointre.errors import RunError
from jointre.studies import runner
from jointre.studies.directory import StudyDirectory
from jointre.studies.plan import PlannedRun, plan
from jointre.studies.process import Resources, TrainingProcess
from jointre.studies.runner import Share, StudyRunner
from tests.studies.small import write_study

ROOM = Resources(2, 8 << 30)


def start(file: Path, directory: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "jointre", "study", "run", str(file), "-s", str(directory)]
    return subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True)


def weights(directory: StudyDirectory) -> dict[str, bytes]:
    return {
        path.parts[-3]: path.read_bytes()
        for path in directory.path.glob("runs/*/archive/model.safetensors")
    }


def test_a_run_that_fails_does_not_stop_the_others(trained_study: Path, tmp_path: Path) -> None:
    """Its reason is told; a second start tries only these again."""
    lines = (trained_study.parent / "log.txt").read_text()
    assert lines.count(": finished in ") == 4
    assert lines.count(": failed after ") == 2
    assert "error: 2 runs of 6 failed:\n  broken-seed1-" in lines
    assert "nowhere" in lines.partition("error: 2 runs")[2]
    again = trained_study / "experiments"
    assert len(list(again.iterdir())) == 6


def test_finished_runs_are_skipped(tiny_data: Path, trained_study: Path) -> None:
    planned = plan(trained_study.parent / "study.jsonnet")
    sound = [run for run in planned.runs if run.variant != "broken"]
    times = {path: path.stat().st_mtime for path in trained_study.glob("runs/*/metrics.json")}
    lines: list[str] = []
    StudyRunner(StudyDirectory(trained_study), sound, ROOM, log=lines.append).train()
    assert lines == ["4 runs of 4 finished before"]
    assert {
        path: path.stat().st_mtime for path in trained_study.glob("runs/*/metrics.json")
    } == times


def test_a_killed_study_continues(tiny_data: Path, trained_study: Path, tmp_path: Path) -> None:
    """Stopped by a signal in the middle of a training, it ends with the same weights."""
    many = {"training.epochs": 16, "data.dev": None, "training.monitor": None}
    file = write_study(tmp_path / "s.jsonnet", tiny_data, ["{ name: 'a' }"], many)
    whole, stopped = StudyDirectory(tmp_path / "whole"), StudyDirectory(tmp_path / "stopped")
    process = start(file, stopped.path)
    (run,) = plan(file).runs
    history = stopped.run(run.name).history
    waited = time.monotonic() + 120
    while not history.exists() and time.monotonic() < waited:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=120)
    assert process.returncode != 0
    assert stopped.progress(run.name).state == "interrupted", said
    assert 0 < stopped.progress(run.name).epoch < 16
    for directory in (stopped, whole):
        process = start(file, directory.path)
        _, said = process.communicate(timeout=240)
        assert process.returncode == 0, said
    assert list(weights(whole)) == [run.name]
    assert weights(stopped) == weights(whole)


def test_two_processes_share_a_directory(tiny_data: Path, tmp_path: Path) -> None:
    """Started at the same time, they train every run once."""
    file = write_study(tmp_path / "s.jsonnet", tiny_data, ["{ name: 'a' }"], seeds=[1, 2])
    processes = [start(file, tmp_path / "study") for _ in range(2)]
    said = [process.communicate(timeout=240)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert sum(text.count(": started") for text in said) == 2
    directory = StudyDirectory(tmp_path / "study")
    assert all(directory.progress(run.name).state == "finished" for run in plan(file).runs)


class Pretended(StudyRunner):
    """Processes that sleep, and hold as much memory as a test says."""

    held: int = 0
    most: int = 0

    def _started(self, run: PlannedRun, claim: Any) -> Any:
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"])
        used = len(self._jobs)
        job = FakeJob(self.directory, run, used, process, time.monotonic(), claim)
        job.held = self.held
        self.most = max(self.most, used + 1)
        return job

    def _finished(self, run: PlannedRun) -> bool:
        return run.name in self.done

    def _end(self, job: Any, waiting: list[PlannedRun]) -> None:
        if not job.put_back:
            self.done.add(job.run.name)
        super()._end(job, waiting)


class FakeJob(TrainingProcess):
    held: int

    def memory(self) -> int:
        return self.held


@pytest.mark.parametrize(
    ("peak", "held", "most"),
    [
        (2, 2, 2),  # of 5 GiB, two fit
        (3, 3, 1),  # a second one would not fit
        (2, 3, 2),  # it seemed to fit, needs more, and is put back
    ],
)
def test_the_memory_budget(
    peak: int, held: int, most: int, tiny_data: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    planned = plan(
        write_study(tmp_path / "s.jsonnet", tiny_data, ["{ name: 'a' }"], seeds=[1, 2, 3, 4])
    )
    directory = StudyDirectory(tmp_path / "study")
    directory.prepare(planned)
    monkeypatch.setattr(runner, "POLL", 0.05)
    lines: list[str] = []
    pretended = Pretended(directory, planned.runs, Resources(3, 5 << 30), log=lines.append)
    pretended.done, pretended.held = set(), held << 30
    monkeypatch.setattr(pretended, "_recorded_peak", lambda run: peak << 30)
    pretended.train()
    assert pretended.most == most
    assert len(pretended.done) == 4
    put_back = [line for line in lines if "put back" in line]
    assert len(put_back) == (1 if (peak, held) == (2, 3) else 0)


def test_the_first_training_shows_what_one_needs(tiny_data: Path, tmp_path: Path) -> None:
    planned = plan(write_study(tmp_path / "s.jsonnet", tiny_data, ["{ name: 'a' }"], seeds=[1, 2]))
    directory = StudyDirectory(tmp_path / "study")
    directory.prepare(planned)
    pretended = Pretended(directory, planned.runs, Resources(2, 8 << 30))
    pretended.done = set()
    pretended.train()
    assert pretended.most == 1  # no epoch was finished, and a second is less than a minute


def runs(count: int) -> list[PlannedRun]:
    return [PlannedRun("a", seed, None, {}, "0" * 64) for seed in range(count)]


def seeds(picked: Sequence[PlannedRun]) -> list[int]:
    return [run.seed for run in picked]


def test_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run is in one part; in a SLURM array, the task picks its own."""
    assert sorted(seed for i in range(3) for seed in seeds(Share(i, 3).pick(runs(7)))) == [
        *range(7)
    ]
    assert Share.parse("2/3") == Share(1, 3)
    for wrong in ("0/3", "4/3", "x", "1/", "1/0"):
        with pytest.raises(RunError, match=f"share '{wrong}': give the number of the part"):
            Share.parse(wrong)
    assert Share.of_slurm() == Share(0, 1)
    for key, value in (("ID", "5"), ("COUNT", "3"), ("MIN", "1"), ("STEP", "2")):
        monkeypatch.setenv(f"SLURM_ARRAY_TASK_{key}", value)
    assert Share.of_slurm() == Share(2, 3)


def test_the_plan_is_there_to_read(trained_study: Path) -> None:
    plan_file = json.loads((trained_study / "study.json").read_text())
    assert [variant["name"] for variant in plan_file["variants"]] == ["sinet", "heads_2", "broken"]
