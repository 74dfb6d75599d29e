"""A training of a study in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from jointre.studies.directory import StudyDirectory
from jointre.studies.plan import PlannedRun
from jointre.training.run_files import is_run


@dataclass(frozen=True, slots=True)
class Resources:
    """What the trainings of a study may use.

    Args:
        jobs: Number of trainings at the same time.
        memory: Bytes of memory for all of them together.
        gpus: GPUs that are dealt out to them; empty: those that a training sees.
        threads: Threads of each training; None: the cores, divided among them.
    """

    jobs: int
    memory: int
    gpus: Sequence[str] = ()
    threads: int | None = None

    def environment(self, slot: int) -> dict[str, str]:
        """The environment of a training.

        Args:
            slot: Number of the training among those that run, from 0.
        """
        threads = self.threads or max(1, (os.cpu_count() or 1) // self.jobs)
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        if self.gpus:
            environment["CUDA_VISIBLE_DEVICES"] = self.gpus[slot % len(self.gpus)]
        return environment


@dataclass(slots=True)
class TrainingProcess:
    """A training that runs.

    Args:
        directory: The directory of the study.
        run: What is trained.
        slot: Number of the training among those that run at the same time, from 0.
        process: The process.
        began: When it began, on the clock of :func:`time.monotonic`.
        claim: Releases the run when it is closed.
        put_back: Whether it was stopped for lack of memory.
    """

    directory: StudyDirectory
    run: PlannedRun
    slot: int
    process: subprocess.Popen[bytes]
    began: float
    claim: ExitStack
    put_back: bool = False

    @classmethod
    def start(
        cls,
        directory: StudyDirectory,
        run: PlannedRun,
        used: set[int],
        resources: Resources,
        packages: Sequence[str],
        claim: ExitStack,
    ) -> "TrainingProcess":
        """Start a training, or continue it where it was interrupted.

        Args:
            directory: The directory of the study, in which the experiment file of the run is.
            run: What to train.
            used: Slots of the trainings that run already.
            resources: What the training may use.
            packages: Packages that register the components of the experiment.
            claim: Releases the run when it is closed.
        """
        slot = next(number for number in range(len(used) + 1) if number not in used)
        path = directory.run(run.name).path
        command = [sys.executable, "-m", "jointre", "train", str(directory.experiment(run.name))]
        command += ["-s", str(path), *(f"--include-package={package}" for package in packages)]
        if is_run(path):
            command.append("--recover")
        directory.failure(run.name).unlink(missing_ok=True)
        with directory.log(run.name).open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=resources.environment(slot),
                start_new_session=True,  # an interrupt reaches the study, which passes it on
            )
        return cls(directory, run, slot, process, time.monotonic(), claim)

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self.process.poll() is not None

    def memory(self) -> int:
        """Bytes that the training and its workers hold."""
        import psutil  # needs modules of the operating system

        try:
            process = psutil.Process(self.process.pid)
            family = [process, *process.children(recursive=True)]
            return sum(int(member.memory_info().rss) for member in family)
        except psutil.Error:
            return 0

    def fail(self) -> str:
        """Note in the directory why the training ended early, and return the reason."""
        log = self.directory.log(self.run.name)
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        errors = [line for line in lines if line.startswith("error: ")]
        code = self.process.returncode
        ended = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        message = errors[-1].removeprefix("error: ") if errors else ended
        reason = f"{message} (see {log})"
        self.directory.failure(self.run.name).write_text(reason + "\n", encoding="utf-8")
        return reason

    def interrupt(self) -> None:
        """Ask the training to stop; it keeps what it has learned."""
        if not self.ended:
            self.process.terminate()

    def wait(self, seconds: float = 120) -> None:
        """Wait until the process has ended, kill it if that takes too long, and release the run.

        Args:
            seconds: Time to wait.
        """
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.claim.close()


def interrupt_on_termination() -> Any:
    """Treat the signal to terminate like an interrupt, and return what was done before."""

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    return signal.signal(signal.SIGTERM, interrupt)
