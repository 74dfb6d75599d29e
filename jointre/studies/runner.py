"""Trains the runs of a study in several processes, within a memory budget."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import psutil

from jointre.errors import RunError
from jointre.plurals import counted
from jointre.studies.directory import StudyDirectory
from jointre.studies.plan import PlannedRun
from jointre.training.progress import duration
from jointre.training.run_files import is_run, read_object

POLL = 0.5  # seconds
SETTLED = 60.0  # seconds after which the memory of a training that finished no epoch is its own
_MINIMUM = 1 << 30  # bytes that a training is expected to need if nothing is known


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a study's runs that one of several machines trains.

    Args:
        number: Number of the part, from 0.
        of: Number of parts.
    """

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> "Share":
        """A share from ``"2/5"``, the second of five.

        Raises:
            RunError: The text is something else.
        """
        number, _, of = text.partition("/")
        try:
            share = cls(int(number) - 1, int(of))
        except ValueError:
            share = cls(0, 0)
        if not 0 <= share.number < share.of:
            raise RunError(f"share {text!r}: give the number of the part and of all parts, as 2/5")
        return share

    @classmethod
    def of_slurm(cls) -> "Share":
        """The share of a task of a SLURM array; all runs outside of one."""
        task, count = (os.environ.get(f"SLURM_ARRAY_TASK_{key}") for key in ("ID", "COUNT"))
        first = os.environ.get("SLURM_ARRAY_TASK_MIN", "0")
        step = os.environ.get("SLURM_ARRAY_TASK_STEP", "1")
        if task is None or count is None:
            return cls(0, 1)
        return cls((int(task) - int(first)) // max(1, int(step)), int(count))

    def pick(self, runs: Sequence[PlannedRun]) -> list[PlannedRun]:
        """The runs of this share."""
        return list(runs[self.number :: self.of])


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
class _Job:
    """A training that runs.

    Args:
        run: What it trains.
        slot: Its number among those that run.
        process: Its process.
        began: When it began, on the clock of :func:`time.monotonic`.
        claim: Releases the run.
        put_back: Whether it was stopped for lack of memory.
    """

    run: PlannedRun
    slot: int
    process: subprocess.Popen[bytes]
    began: float
    claim: ExitStack
    put_back: bool = False

    def memory(self) -> int:
        """Bytes that the training and its workers hold."""
        try:
            process = psutil.Process(self.process.pid)
            family = [process, *process.children(recursive=True)]
            return sum(int(member.memory_info().rss) for member in family)
        except psutil.Error:
            return 0


@dataclass
class StudyRunner:
    """Trains the runs of a study that are not finished.

    Args:
        directory: The directory of the study, prepared.
        runs: The runs to train.
        resources: What the trainings may use.
        packages: Packages that register the components of the experiments.
        log: Called with a line about each run that begins or ends.
        show: Called about twice a second, for a table of the progress.
    """

    directory: StudyDirectory
    runs: Sequence[PlannedRun]
    resources: Resources
    packages: Sequence[str] = ()
    log: Callable[[str], None] = lambda line: None
    show: Callable[[], None] = lambda: None
    _jobs: list[_Job] = field(default_factory=list)
    _failed: dict[str, str] = field(default_factory=dict)
    _peak: int = 0

    def train(self) -> None:
        """Train until every run is finished, has failed, or is trained by another process.

        Raises:
            RunError: Runs have failed; the others are finished.
        """
        waiting = [run for run in self.runs if not self._finished(run)]
        self._jobs_at_once = self.resources.jobs
        self._peak = max((self._recorded_peak(run) for run in self.runs), default=0)
        done = len(self.runs) - len(waiting)
        if done:
            self.log(f"{counted(done, 'runs')} of {len(self.runs)} finished before")
        previous = _terminate_on_signal()
        try:
            while waiting or self._jobs:
                self._start(waiting)
                if not self._jobs:
                    break  # the rest is trained by other processes
                self.show()
                time.sleep(POLL)
                for job in [job for job in self._jobs if job.process.poll() is not None]:
                    self._end(job, waiting)
                self._stay_within_memory()
        finally:
            self._stop()
            signal.signal(signal.SIGTERM, previous)
        self.show()
        elsewhere = [run for run in waiting if not self._finished(run)]
        if elsewhere:
            self.log(
                f"{counted(len(elsewhere), 'runs')} are being trained by another process "
                f"({elsewhere[0].name}); repeat the command when it has ended"
            )
        if self._failed:
            listed = "\n".join(f"  {name}: {reason}" for name, reason in self._failed.items())
            raise RunError(
                f"{counted(len(self._failed), 'runs')} of {len(self.runs)} failed:\n{listed}\n"
                "The others are kept. Repeat the command to try these again."
            )

    def _finished(self, run: PlannedRun) -> bool:
        return self.directory.run(run.name).finished

    def _recorded_peak(self, run: PlannedRun) -> int:
        record = read_object(self.directory.run(run.name).provenance) or {}
        peak = record.get("peak_memory_bytes")
        return peak if isinstance(peak, int) else 0

    def _start(self, waiting: list[PlannedRun]) -> None:
        """Start waiting runs while there is room."""
        for run in list(waiting):
            if len(self._jobs) >= self._jobs_at_once or not self._room():
                return
            if self._finished(run):  # by another process, meanwhile
                waiting.remove(run)
                continue
            claim = ExitStack()
            held = claim.enter_context(self.directory.claimed(run))
            if not held or self._finished(run):
                claim.close()
                continue  # another process trains it, or has just ended
            waiting.remove(run)
            self._jobs.append(self._started(run, claim))
            left = sum(not self._finished(each) for each in self.runs)
            self.log(f"{run.name}: started ({left} of {len(self.runs)} left)")

    def _started(self, run: PlannedRun, claim: ExitStack) -> _Job:
        used = {job.slot for job in self._jobs}
        slot = next(number for number in range(len(used) + 1) if number not in used)
        directory = self.directory.run(run.name)
        command = [sys.executable, "-m", "jointre", "train"]
        command += [str(self.directory.experiment(run.name)), "-s", str(directory.path)]
        command += [f"--include-package={package}" for package in self.packages]
        if is_run(directory.path):
            command.append("--recover")
        self.directory.failure(run.name).unlink(missing_ok=True)
        with self.directory.log(run.name).open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.resources.environment(slot),
                start_new_session=True,  # an interrupt reaches the study, which passes it on
            )
        return _Job(run, slot, process, time.monotonic(), claim)

    def _room(self) -> bool:
        """Whether one more training fits into the memory budget."""
        if not self._jobs:
            return True
        now = time.monotonic()
        held = [job.memory() for job in self._jobs]
        known = self._peak or max(
            (
                memory
                for job, memory in zip(self._jobs, held, strict=True)
                if now - job.began > SETTLED or self.directory.progress(job.run.name).epoch
            ),
            default=0,
        )
        if not known:
            return False  # the first training shows how much one needs
        expected = max(known, _MINIMUM)
        return sum(max(expected, memory) for memory in held) + expected <= self.resources.memory

    def _stay_within_memory(self) -> None:
        """Put the last training back if all of them need more memory than allowed."""
        if len(self._jobs) < 2:
            return
        if sum(job.memory() for job in self._jobs) <= self.resources.memory:
            return
        job = max(self._jobs, key=lambda each: each.began)
        if not job.put_back:
            self._jobs_at_once = len(self._jobs) - 1
            self.log(
                f"{job.run.name}: put back, because the trainings need more memory than "
                f"allowed; from now on {counted(self._jobs_at_once, 'trainings')} at a time"
            )
            job.put_back = True
            job.process.terminate()

    def _end(self, job: _Job, waiting: list[PlannedRun]) -> None:
        """Note how a training ended."""
        self._jobs.remove(job)
        name, took = job.run.name, duration(time.monotonic() - job.began)
        if self._finished(job.run):
            self._peak = max(self._peak, self._recorded_peak(job.run))
            self.log(f"{name}: finished in {took}")
        elif job.put_back:
            waiting.append(job.run)
        else:
            reason = self._reason(job)
            self._failed[name] = reason
            self.directory.failure(name).write_text(reason + "\n", encoding="utf-8")
            self.log(f"{name}: failed after {took}: {reason}")
        job.claim.close()

    def _reason(self, job: _Job) -> str:
        """Why a training ended early: its message, and where the rest of it stands."""
        log = self.directory.log(job.run.name)
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        errors = [line for line in lines if line.startswith("error: ")]
        code = job.process.returncode
        ended = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        message = errors[-1].removeprefix("error: ") if errors else ended
        return f"{message} (see {log})"

    def _stop(self) -> None:
        """Interrupt the trainings that run; they keep what they have learned."""
        for job in self._jobs:
            job.process.terminate()
        for job in self._jobs:
            try:
                job.process.wait(timeout=120)
            except subprocess.TimeoutExpired:
                job.process.kill()
                job.process.wait()
            job.claim.close()
        self._jobs.clear()


def _terminate_on_signal() -> Any:
    """Treat the signal to terminate like an interrupt, and return what was done before."""

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    return signal.signal(signal.SIGTERM, interrupt)
