"""Trains the runs of a study in several processes, within a memory budget."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from jointre.errors import RunError
from jointre.plurals import counted
from jointre.studies.directory import StudyDirectory
from jointre.studies.plan import PlannedRun
from jointre.studies.process import Resources, TrainingProcess, interrupt_on_termination
from jointre.training.progress import duration
from jointre.training.run_files import read_object

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
    _jobs: list[TrainingProcess] = field(default_factory=list)
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
        previous = interrupt_on_termination()
        try:
            idle = 0
            while waiting or self._jobs:
                self._start(waiting)
                idle = 0 if self._jobs else idle + 1
                if idle > 3:  # one look may coincide with that of another process
                    break  # the rest is trained by other processes
                self.show()
                time.sleep(POLL)
                for job in [job for job in self._jobs if job.ended]:
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

    def _started(self, run: PlannedRun, claim: ExitStack) -> TrainingProcess:
        used = {job.slot for job in self._jobs}
        return TrainingProcess.start(
            self.directory, run, used, self.resources, self.packages, claim
        )

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
            job.interrupt()

    def _end(self, job: TrainingProcess, waiting: list[PlannedRun]) -> None:
        """Note how a training ended."""
        self._jobs.remove(job)
        name, took = job.run.name, duration(time.monotonic() - job.began)
        if self._finished(job.run):
            self._peak = max(self._peak, self._recorded_peak(job.run))
            self.log(f"{name}: finished in {took}")
        elif job.put_back:
            waiting.append(job.run)
        else:
            self._failed[name] = job.fail()
            self.log(f"{name}: failed after {took}: {self._failed[name]}")
        job.claim.close()

    def _stop(self) -> None:
        """Interrupt the trainings that run; they keep what they have learned."""
        for job in self._jobs:
            job.interrupt()
        for job in self._jobs:
            job.wait()
        self._jobs.clear()
