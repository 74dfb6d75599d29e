"""Search for good values of options: Optuna chooses them, and every trial is a training."""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jointre.config import construct, load_config, resolve
from jointre.config.jsonnet.overrides import as_jsonnet
from jointre.display.figures import figure_class, save_figure
from jointre.errors import ConfigError, RunError
from jointre.plurals import counted
from jointre.studies.directory import StudyDirectory
from jointre.studies.plan import Contents, PlannedRun
from jointre.studies.process import Resources, TrainingProcess, interrupt_on_termination
from jointre.training.experiment import Experiment
from jointre.training.run_files import read_object
from jointre.training.search_space import SearchRange, suggested

POLL = 0.5  # seconds
STORAGE = "tune.db"
_NAME = "jointre"
_RANDOM_TRIALS = 8  # before the sampler has learned where good values are


@dataclass(frozen=True, slots=True)
class TunedExperiment:
    """An experiment with a search space.

    Args:
        file: The experiment file.
        overrides: Changes of it.
        ext_vars: External variables.
        space: The search space, by dotted path.
        monitor: Dev scores whose sum is maximised.
    """

    file: Path
    overrides: tuple[str, ...]
    ext_vars: Mapping[str, str]
    space: Mapping[str, SearchRange]
    monitor: Sequence[str]

    @classmethod
    def read(
        cls, file: Path, overrides: Sequence[str], ext_vars: Mapping[str, str]
    ) -> "TunedExperiment":
        """Read an experiment, and check it with the ends of every range.

        Args:
            file: The experiment file.
            overrides: Changes of it.
            ext_vars: External variables.

        Raises:
            ConfigError: The experiment is wrong, has no search space or no dev data, or does not
                accept a value of it.
        """
        loaded = load_config(file, overrides, ext_vars)
        experiment: Experiment = construct(Experiment, loaded)
        if not experiment.tune:
            raise ConfigError(
                f"{file}: the experiment has no search space; add one, such as tune: "
                "{ 'training.optimizer.lr': { log: [1e-5, 1e-3] } }"
            )
        if experiment.data.dev is None and experiment.data.dev_fraction is None:
            raise ConfigError(
                "trials are compared by their dev scores: set data.dev or data.dev_fraction"
            )
        settings = experiment.training
        metric = settings.protocol(symmetric=frozenset())
        monitor = settings.monitor or metric.default_monitor(relations=True)
        tuned = cls(file, tuple(overrides), dict(ext_vars), experiment.tune, monitor)
        mistakes = []
        for path, values in experiment.tune.items():
            for value in values.values:
                try:
                    tuned.config({path: value})
                except ConfigError as error:
                    mistakes += [f"tune.{path}: {line}" for line in str(error).splitlines()]
        if mistakes:
            raise ConfigError("\n".join(dict.fromkeys(mistakes)))
        return tuned

    def config(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The resolved experiment of a trial.

        Args:
            values: Values by dotted path.

        Raises:
            ConfigError: The experiment does not accept a value.
        """
        changes = [f"{path}={json.dumps(value)}" for path, value in values.items()]
        loaded = load_config(self.file, [*self.overrides, *changes], self.ext_vars)
        resolved: dict[str, Any] = resolve(Experiment, loaded)
        construct(Experiment, loaded)
        return resolved

    def jsonnet(self, values: Mapping[str, Any], folder: Path, comment: str) -> str:
        """The experiment with the values of a trial, as a file that imports it.

        Args:
            values: Values by dotted path.
            folder: Folder of the file.
            comment: First line of the file.
        """
        imported = os.path.relpath(self.file.absolute(), folder.absolute())
        parts = [f"(import {json.dumps(imported)})"]
        parts += [as_jsonnet(override, json.loads) for override in self.overrides]
        in_lists = [path for path in values if _in_list(path)]
        parts.append(_nested({p: value for p, value in values.items() if p not in in_lists}))
        parts += [as_jsonnet(f"{p}={json.dumps(values[p])}", json.loads) for p in in_lists]
        return "\n".join([f"// {comment}", " + ".join(parts), ""])


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial that has ended.

    Args:
        number: Its number, from 0.
        state: ``"complete"``, ``"pruned"`` or ``"fail"``.
        score: Sum of the monitored dev scores of its best epoch; None if it failed.
        values: Its values by dotted path.
    """

    number: int
    state: str
    score: float | None
    values: Mapping[str, Any]


@dataclass(slots=True)
class _Running:
    """A trial whose training runs."""

    trial: Any
    job: TrainingProcess
    epoch: int = 0


@dataclass
class Tuner:
    """Runs trials until there are enough.

    Args:
        directory: The directory of the trials and of their storage.
        tuned: The experiment with its search space.
        resources: What the trainings may use.
        prune: Whether trials that are worse than the median of the others are stopped early.
        seed: Random seed of the sampler.
        packages: Packages that register the components of the experiment.
        log: Called with a line about each trial that begins or ends.
    """

    directory: StudyDirectory
    tuned: TunedExperiment
    resources: Resources
    prune: bool = True
    seed: int = 0
    packages: Sequence[str] = ()
    log: Callable[[str], None] = lambda line: None
    _running: list[_Running] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._contents = Contents()
        self._study = _open(self.directory.path, self.prune, self.seed, self.resources.jobs)

    def run(self, trials: int) -> None:
        """Run trials until so many have ended, those of earlier starts counted.

        Args:
            trials: Number of trials.

        Raises:
            RunError: All trials of this start have failed.
        """
        for folder in ("runs", "experiments", "logs", "locks", "failures"):
            (self.directory.path / folder).mkdir(exist_ok=True)
        if trials:
            self._requeue()
        before = len(self._ended())
        previous = interrupt_on_termination()
        began, failed = 0, 0
        try:
            while True:
                while len(self._running) < self.resources.jobs and self._missing(trials):
                    began += 1
                    failed += not self._start()
                if not self._running:
                    break
                time.sleep(POLL)
                for running in list(self._running):
                    failed += self._follow(running)
        finally:
            for running in self._running:
                running.job.interrupt()
            for running in self._running:
                running.job.wait()
            _restore(previous)
        if before and trials:
            self.log(f"{counted(before, 'trials')} of {trials} had ended before")
        if began and failed == began:
            raise RunError(
                f"all {counted(began, 'trials')} failed; the last one: {self._last_failure()}"
            )

    def _missing(self, trials: int) -> bool:
        return len(self._ended()) + len(self._running) < trials

    def _ended(self) -> list[Any]:
        from optuna.trial import TrialState

        ended = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
        trials = self._study.get_trials(deepcopy=False)
        repeated = {trial.user_attrs.get("again") for trial in trials}
        return [trial for trial in trials if trial.state in ended and trial.number not in repeated]

    def _requeue(self) -> None:
        """Repeat the trials that a killed process left; their trainings continue."""
        from optuna.trial import TrialState

        for trial in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            run = trial.user_attrs.get("run")
            if run is not None and self.directory.progress(run).state == "running":
                continue  # another process trains it
            self._study.enqueue_trial(trial.params, user_attrs={"again": trial.number})
            self._study.tell(trial.number, state=TrialState.FAIL)

    def _start(self) -> bool:
        """Start a trial; False if it failed at once."""
        from optuna.trial import TrialState

        trial = self._study.ask()
        values = suggested(self.tuned.space, trial)
        try:
            config = self.tuned.config(values)
        except ConfigError as error:
            self._study.tell(trial, state=TrialState.FAIL)
            self.log(f"trial {trial.number}: {error}")
            return False
        run = PlannedRun("trial", config["seed"], None, config, self._contents.digest(config))
        self._contents.report()
        trial.set_user_attr("run", run.name)
        _write_experiment(self.directory, run)
        claim = ExitStack()
        if not claim.enter_context(self.directory.claimed(run)):
            claim.close()  # the same values are tried by another process
            self._study.tell(trial, state=TrialState.FAIL)
            return False
        used = {running.job.slot for running in self._running}
        job = TrainingProcess.start(self.directory, run, used, self.resources, self.packages, claim)
        self._running.append(_Running(trial, job))
        self.log(f"trial {trial.number}: {_shown(values)}")
        return True

    def _follow(self, running: _Running) -> bool:
        """Report finished epochs of a trial, prune or end it; True if it failed."""
        from optuna.trial import TrialState

        trial, job = running.trial, running.job
        ended = job.ended  # asked first, so that no epoch is overlooked
        progress = self.directory.progress(job.run.name)
        if progress.epoch > running.epoch and progress.scores is not None:
            running.epoch = progress.epoch
            trial.report(self._sum(progress.scores), progress.epoch)
            if not ended and self.prune and trial.should_prune():
                job.interrupt()
                job.wait()
                self._running.remove(running)
                self._study.tell(trial, state=TrialState.PRUNED)
                self.log(f"trial {trial.number}: pruned after epoch {progress.epoch}")
                return False
        if not ended:
            return False
        self._running.remove(running)
        if progress.state != "finished":
            reason = job.fail()
            job.wait()
            self._study.tell(trial, state=TrialState.FAIL)
            self.log(f"trial {trial.number}: failed: {reason}")
            return True
        job.wait()
        score = self._score(job.run)
        self._study.tell(trial, score)
        self.log(f"trial {trial.number}: {100 * score:.2f}")
        return False

    def _sum(self, scores: Mapping[str, float]) -> float:
        return sum(scores[name] for name in self.tuned.monitor)

    def _score(self, run: PlannedRun) -> float:
        """The sum of the monitored scores of the best epoch."""
        from jointre.evaluation.report import Report

        metrics = read_object(self.directory.run(run.name).metrics) or {}
        block = metrics.get("best") or metrics["last"]
        return self._sum(Report.from_dict(block["dev"]).flat())

    def _last_failure(self) -> str:
        texts = sorted(
            (self.directory.path / "failures").glob("*.txt"), key=lambda path: path.stat().st_mtime
        )
        return texts[-1].read_text(encoding="utf-8").strip() if texts else "see above"

    def trials(self) -> list[Trial]:
        """The trials that have ended, the best first."""
        found = [
            Trial(
                trial.number,
                trial.state.name.lower(),
                _best_of(trial),
                {
                    path: values.value(trial.params[path])
                    for path, values in self.tuned.space.items()
                    if path in trial.params
                },
            )
            for trial in self._ended()
        ]
        return sorted(found, key=lambda each: (each.state != "complete", -(each.score or 0)))

    def importance(self) -> dict[str, float]:
        """How much each option decides the score, in shares of 1; empty with few trials.

        Paper: PED-ANOVA, https://arxiv.org/abs/2304.10255
        """
        from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
        from optuna.trial import TrialState

        complete = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if len(complete) < 4 or len({trial.value for trial in complete}) < 2:
            return {}
        found = get_param_importances(self._study, evaluator=PedAnovaImportanceEvaluator())
        total = sum(found.values())
        return {name: value / total for name, value in found.items()} if total else {}

    def write_best(self) -> Path | None:
        """Write the experiment with the best values; None if no trial is complete."""
        best = next((trial for trial in self.trials() if trial.state == "complete"), None)
        if best is None or best.score is None:
            return None
        path = self.directory.path / "best.jsonnet"
        comment = (
            f"The best of {counted(len(self._ended()), 'trials')}: trial {best.number}, "
            f"dev {' + '.join(self.tuned.monitor)} = {100 * best.score:.2f}"
        )
        path.write_text(
            self.tuned.jsonnet(best.values, self.directory.path, comment), encoding="utf-8"
        )
        return path


def _in_list(path: str) -> bool:
    """Whether a path names an item of a list, which jsonnet's ``+:`` cannot change."""
    return any(key.isdigit() for key in path.split("."))


def _nested(values: Mapping[str, Any], indent: str = "") -> str:
    """An object of jsonnet that changes values by their dotted paths.

    Args:
        values: Values by dotted path.
        indent: Spaces before the object's closing bracket.

    Example:
        >>> print(_nested({"training.optimizer.lr": 0.001, "training.epochs": 3}))
        {
          training+: {
            optimizer+: {
              lr: 0.001,
            },
            epochs: 3,
          },
        }
    """
    inner = f"{indent}  "
    groups: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        key, _, rest = path.partition(".")
        groups.setdefault(key, {})[rest] = value
    lines = [
        f"{inner}{key}: {json.dumps(below[''])},"
        if "" in below
        else f"{inner}{key}+: {_nested(below, inner)},"
        for key, below in groups.items()
    ]
    return "\n".join(["{", *lines, f"{indent}}}"])


def _open(folder: Path, prune: bool, seed: int, jobs: int) -> Any:
    """Optuna's study, stored in a folder.

    Raises:
        ConfigError: Optuna is not installed.
        RunError: The folder cannot be used.
    """
    try:
        import optuna
    except ImportError as error:
        raise ConfigError('jointre tune needs Optuna: pip install "jointre[tune]"') from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder} cannot be used: {error.strerror or error}") from error
    if any(folder.iterdir()) and not (folder / STORAGE).exists():
        raise RunError(
            f"{folder} is not empty and does not hold trials ({STORAGE} is missing); choose "
            "another directory with -s"
        )
    return optuna.create_study(
        storage=f"sqlite:///{folder.absolute() / STORAGE}",
        study_name=_NAME,
        direction="maximize",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(
            seed=seed, n_startup_trials=_RANDOM_TRIALS, constant_liar=jobs > 1
        ),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=2)
        if prune
        else optuna.pruners.NopPruner(),
    )


def _best_of(trial: Any) -> float | None:
    """The score of a trial; of a pruned one, that of its best epoch."""
    if trial.value is not None:
        return float(trial.value)
    return max(trial.intermediate_values.values(), default=None)


def _write_experiment(directory: StudyDirectory, run: PlannedRun) -> None:
    text = json.dumps(run.config, ensure_ascii=False, indent=2) + "\n"
    directory.experiment(run.name).write_text(text, encoding="utf-8")


def _shown(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{path}={value:.3g}" if isinstance(value, float) else f"{path}={json.dumps(value)}"
        for path, value in values.items()
    )


def _restore(handler: Any) -> None:
    import signal

    signal.signal(signal.SIGTERM, handler)


def draw(tuner: Tuner, output: Path) -> None:
    """Draw how much each option decides the score, and the scores over the values of each option.

    Args:
        tuner: The trials.
        output: Image to write: ``.png``, ``.svg`` or ``.pdf``.

    Raises:
        ConfigError: The image has another format, matplotlib is not installed, or there are too few
            trials.
    """
    figure_of = figure_class(output)
    importance = tuner.importance()
    trials = [trial for trial in tuner.trials() if trial.state == "complete"]
    if not importance:
        raise ConfigError("too few trials have ended to say how important the options are")
    names = sorted(importance, key=lambda name: -importance[name])
    figure = figure_of(figsize=(3.2 * (len(names) + 1), 3.2), layout="constrained")
    panels = figure.subplots(1, len(names) + 1, squeeze=False)[0]
    panels[0].barh(names[::-1], [100 * importance[name] for name in names[::-1]])
    panels[0].set_title("importance, percent", fontsize=10)
    for panel, name in zip(panels[1:], names, strict=True):
        values = tuner.tuned.space[name]
        found = [trial.values[name] for trial in trials]
        if values.kind == "choice":
            found = [json.dumps(value) for value in found]
        panel.scatter(found, [100 * (trial.score or 0.0) for trial in trials])
        if values.kind == "log":
            panel.set_xscale("log")
            panel.xaxis.set_minor_formatter("")  # only powers of ten have room for labels
        panel.set_xlabel(name, fontsize=8)
        panel.set_title(f"dev {' + '.join(tuner.tuned.monitor)}", fontsize=8)
        panel.grid(alpha=0.3)
    save_figure(figure, output)
