"""What a training may use, and what is said of one that ends early."""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from jointre.studies.directory import StudyDirectory
from jointre.studies.plan import PlannedRun
from jointre.studies.process import Resources, TrainingProcess


def test_what_a_training_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    resources = Resources(3, 1, ("0", "2"))
    environments = [resources.environment(slot) for slot in range(3)]
    assert [each["CUDA_VISIBLE_DEVICES"] for each in environments] == ["0", "2", "0"]
    assert {each["OMP_NUM_THREADS"] for each in environments} == {"2"}
    assert Resources(1, 1, threads=5).environment(0)["OMP_NUM_THREADS"] == "5"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("print('error: one'); print('error: two'); exit(1)", "two (see "),
        ("exit(3)", "exit code 3 (see "),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed by signal 9 (see "),
    ],
)
def test_why_a_training_ended(code: str, reason: str, tmp_path: Path) -> None:
    directory, run = StudyDirectory(tmp_path), PlannedRun("a", 1, None, {}, "0" * 64)
    for folder in ("logs", "failures"):
        (tmp_path / folder).mkdir()
    with directory.log(run.name).open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", code], stdout=output)
    job = TrainingProcess(directory, run, 0, process, time.monotonic(), ExitStack())
    job.wait()
    assert job.ended
    assert job.memory() == 0
    assert job.fail().startswith(reason)
    assert directory.progress(run.name).message.startswith(reason)


def test_a_process_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    """Its run is released."""
    released = ExitStack()
    told: list[str] = []
    released.callback(told.append, "released")
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)"
    code += "; time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as printed:
        printed.readline()
    run = PlannedRun("a", 1, None, {}, "0" * 64)
    job = TrainingProcess(StudyDirectory(tmp_path), run, 0, process, time.monotonic(), released)
    assert job.memory() > 1 << 20
    job.interrupt()
    job.wait(0.2)
    assert process.returncode == -9
    assert told == ["released"]
