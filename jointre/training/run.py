"""A training from its config to its archive."""

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Trainer

from jointre.config import LoadedConfig, construct, load_config, resolve
from jointre.data.context import places_of
from jointre.data.limits import beyond
from jointre.data.schema import Document
from jointre.data.split import split
from jointre.errors import ConfigError, RunError
from jointre.evaluation.document_counts import document_counts, write_counts
from jointre.evaluation.metric import Metric
from jointre.formats import JsonlWriter
from jointre.inference.evaluate import evaluate
from jointre.models import Model, archive
from jointre.plurals import counted
from jointre.training.batches import TrainingBatches
from jointre.training.best import BestArchive
from jointre.training.context import without_idle_context
from jointre.training.corpus import Corpus, cut_off, read_corpus, training_units
from jointre.training.experiment import (
    BaseExperiment,
    Experiment,
    MemoryExperiment,
    check_monitor,
)
from jointre.training.former_defaults import with_former_defaults
from jointre.training.in_memory import InMemory, memory_config, memory_corpus
from jointre.training.lightning_callbacks import Epochs
from jointre.training.loggers import check_loggers
from jointre.training.module import DevSet, TrainingModule
from jointre.training.notes import Notes
from jointre.training.progress import Counted
from jointre.training.provenance import provenance
from jointre.training.recovery import explained_interruption, usable_checkpoint
from jointre.training.run_dir import RunDirectory, write_json
from jointre.training.run_files import read_object
from jointre.training.started import Started
from jointre.training.teacher import Teacher
from jointre.training.teacher_scores import TeacherScores
from jointre.training.trackers import build_loggers
from jointre.training.trainer import fit, make_trainer
from jointre.training.warm_start import warm_start
from jointre.training.zero_score import zero_score_warning

logger = logging.getLogger("jointre")


@dataclass(frozen=True, slots=True)
class Result:
    """What a training ends with.

    Args:
        path: The run directory.
        metrics: Content of metrics.json.
        examples: Predicted documents: those of test if there is one, else those of dev.
    """

    path: Path
    metrics: dict[str, Any]
    examples: Sequence[Document] = field(default=())


def train(
    config: str | Path | Mapping[str, Any] | LoadedConfig,
    path: str | Path | None = None,
    *,
    train: Iterable[Document] | None = None,
    dev: Iterable[Document] | None = None,
    test: Iterable[Document] | None = None,
    overrides: Sequence[str] = (),
    ext_vars: Mapping[str, str] | None = None,
    force: bool = False,
    recover: bool = False,
    progress: bool | None = None,
    log: Callable[[str], None] | None = None,
) -> Result:
    """Train an experiment into a run directory.

    The documents come from the files that the experiment names, or from memory: with ``train``,
    the reader and the files of the experiment's ``data`` section are not used, and the section may
    be missing. Files and results are the same both ways.

    Args:
        config: The experiment: a file, a dict, or what ``load_config`` returned.
        path: The run directory; None: ``runs/NAME`` for an experiment file of that name.
        train: Documents to train on; None: those of the files that the experiment names.
        dev: Documents that are scored after every epoch, beside ``train``.
        test: Documents that are scored once, at the end, beside ``train``.
        overrides: Changes of the experiment, as on the command line: ``training.epochs=1``.
        ext_vars: External variables of an experiment file, such as ``data``.
        force: Delete the run in the directory first, if there is one.
        recover: Continue the run in the directory.
        progress: Show a progress bar; None: if standard error is a terminal.
        log: Called with lines about the course of the training; None: they go to the logger
            ``jointre`` if it is set up for messages of level INFO, else to standard error.

    Raises:
        ConfigError, DataError, RunError: Something is wrong; nothing is left half-written.

    Example:
        >>> changes = ["training.epochs=1", "data.train=small.jsonl", "data.dev=small.jsonl"]
        >>> changes += ["data.test=small.jsonl"]
        >>> run = train("experiments/quickstart.jsonnet", "runs/first", overrides=changes)
        >>> sorted(run.metrics)
        ['best', 'last', 'protocol']
    """
    began = time.perf_counter()
    progress = sys.stderr.isatty() if progress is None else progress
    documents = InMemory.of(train, dev, test)
    loaded = _loaded(config, overrides, ext_vars or {})
    run = RunDirectory(Path(path) if path is not None else default_path(config))
    notes = Notes(run.log, _default_log() if log is None else log)
    if recover:
        loaded, sentences = with_former_defaults(loaded, read_object(run.config) or {})
        for sentence in sentences:
            notes(sentence)
    experiment, resolved, read = _experiment(loaded, documents, notes)
    follower = int(os.environ.get("LOCAL_RANK", "0")) > 0  # started by the trainer of rank 0
    if not follower:
        run.check(resolved, force=force, recover=recover, sources=loaded.files)
    if recover and run.finished:
        notes(f"{run.path}: the run is finished; nothing is left to do")
        _tidy(experiment, run)
        return Result(run.path, json.loads(run.metrics.read_text(encoding="utf-8")))
    if experiment.training.tensorboard:
        notes(
            "warning: training.tensorboard is a former option; write training.loggers: "
            "['tensorboard']"
        )
    training = _training(experiment, read(), run, resolved, notes, progress)
    if follower:
        training.fit(lambda line: None)
        return Result(run.path, {})
    started = Started.of(training.corpus.origin.deciding, training.corpus.vocabulary)
    with (
        run.opened(resolved, started, force=force, recover=recover, sources=loaded.files),
        notes,
        explained_interruption(training.epochs, notes),
    ):
        return _run(training, began, notes)


@dataclass(frozen=True, slots=True)
class _Training:
    """The objects of a training.

    Args:
        experiment: The experiment.
        resolved: Its resolved config.
        corpus: Its documents.
        model: The model that is trained.
        metric: Scores dev and test.
        run: The run directory.
        module: The model, batches and updates, as Lightning takes them.
        epochs: Records what each epoch results in.
        trainer: Lightning's loop.
        teacher: The model whose probabilities are learned as well; None: none.
    """

    experiment: BaseExperiment
    resolved: Mapping[str, Any]
    corpus: Corpus
    model: Model
    metric: Metric
    run: RunDirectory
    module: TrainingModule
    epochs: Epochs
    trainer: Trainer
    teacher: Teacher | None

    def fit(self, log: Callable[[str], None]) -> None:
        """Train to the last epoch, from the checkpoint of an interrupted run if there is one.

        Args:
            log: Called with a line if the last checkpoint is damaged, or a tracker fails.
        """
        settings, scores = self.experiment.training, self.run.teacher_scores
        if self.teacher is not None:
            if not scores.exists():
                self.teacher.write(scores, self.trainer.strategy.root_device, log)
            self.module.teacher = TeacherScores(scores, settings.teacher_weight)
        if self.trainer.is_global_zero:
            self.trainer.loggers = build_loggers(
                settings.loggers, self.run.path, self.resolved, log
            )
        checkpoint = usable_checkpoint(self.run, self.module.state_dict(), log)
        fit(self.trainer, self.module, checkpoint)


def _training(
    experiment: BaseExperiment,
    corpus: Corpus,
    run: RunDirectory,
    resolved: Mapping[str, Any],
    notes: Notes,
    progress: bool,
) -> _Training:
    """Build the model and everything around it; nothing is written yet."""
    torch.manual_seed(experiment.seed)
    make_model, section = without_idle_context(
        experiment.model, resolved["model"], corpus.train, notes
    )
    model = make_model(vocabulary=corpus.vocabulary)
    initial = experiment.training.initial_weights
    trained_on = {} if initial is None else warm_start(model, initial, notes)
    teacher = None
    if experiment.training.teacher is not None:
        teacher = Teacher.load(experiment.training.teacher, model, corpus.train)
        trained_on |= teacher.trained_on
    metric = experiment.training.protocol(symmetric=corpus.vocabulary.symmetric)
    check_monitor(experiment.training.monitor or (), metric)
    module = _module(experiment, corpus, model, metric, notes)
    about = _about(experiment, corpus, metric, trained_on)
    best = BestArchive(run.checkpoint.parent, section, about)
    log_epoch = notes.keep if progress else notes  # the bar shows the scores
    epochs = Epochs(run, best, module.monitor, experiment.training.patience, log_epoch)
    check_loggers(experiment.training.loggers)
    trainer = make_trainer(experiment.training, run, epochs, progress, bool(module.dev.batches))
    return _Training(
        experiment, resolved, corpus, model, metric, run, module, epochs, trainer, teacher
    )


def _run(training: _Training, began: float, log: Callable[[str], None]) -> Result:
    """Train, score test, and write the files of the finished run.

    Args:
        training: The training; its run directory is open.
        began: When the training began, on the clock of :func:`time.perf_counter`.
        log: Called with lines about the course of the training.
    """
    experiment, corpus, run = training.experiment, training.corpus, training.run
    if experiment.data.dev_fraction is not None:
        JsonlWriter().write(corpus.dev, run.dev)
    training.fit(log)
    training.module.updates.end()
    training.model.to(training.trainer.strategy.root_device)  # the trainer leaves it on the CPU
    result = _finish(training, log)
    _warn_of_zero_scores(training.module, training.epochs, log)
    seconds, epochs = time.perf_counter() - began, len(training.epochs.rows)
    write_json(run.provenance, provenance(experiment.seed, corpus.origin.sources, seconds, epochs))
    _tidy(experiment, run)
    return result


def _default_log() -> Callable[[str], None]:
    """Where lines go if the caller does not say."""
    if logger.hasHandlers() and logger.isEnabledFor(logging.INFO):
        return logger.info
    return _to_standard_error


def _to_standard_error(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _experiment(
    loaded: LoadedConfig, documents: InMemory | None, log: Callable[[str], None]
) -> tuple[BaseExperiment, dict[str, Any], Callable[[], Corpus]]:
    """The experiment, its resolved config, and what reads its documents.

    Raises:
        ConfigError: The experiment is wrong.
    """
    if documents is None:
        experiment: Experiment = construct(Experiment, loaded)
        read = partial(read_corpus, experiment.data, log)
        return experiment, resolve(Experiment, loaded), read
    loaded = memory_config(loaded, documents, log)
    in_memory: MemoryExperiment = construct(MemoryExperiment, loaded)
    data, patience = in_memory.data, in_memory.training.patience
    if patience is not None and not documents.dev and data.dev_fraction is None:
        raise ConfigError(
            "training.patience needs dev scores: pass dev=documents, or set data.dev_fraction"
        )
    read = partial(memory_corpus, data, documents, log)
    return in_memory, resolve(MemoryExperiment, loaded), read


def _about(
    experiment: BaseExperiment, corpus: Corpus, metric: Metric, trained_on: Mapping[str, str]
) -> dict[str, Any]:
    """Facts about the training that every archive of it keeps."""
    return {
        "protocol": metric.registered_name,
        "seed": experiment.seed,
        "language": corpus.origin.language,
        "trained_on": {**trained_on, **corpus.origin.trained_on},
        "dev_fraction": experiment.data.dev_fraction,
        "data": {"name": experiment.data.name, "license": experiment.data.license},
    }


def _warn_of_zero_scores(
    module: TrainingModule, epochs: Epochs, log: Callable[[str], None]
) -> None:
    reported, total = epochs.reports.get("last", {}), module.updates.total
    warning = zero_score_warning(module.monitor, epochs.rows, reported, total)
    if warning is not None:
        log(warning)


def _tidy(experiment: BaseExperiment, run: RunDirectory) -> None:
    """Delete what a finished run does not need."""
    if not experiment.training.keep_checkpoints:
        run.delete_checkpoints()


def _loaded(
    config: str | Path | Mapping[str, Any] | LoadedConfig,
    overrides: Sequence[str],
    ext_vars: Mapping[str, str],
) -> LoadedConfig:
    """The experiment with its overrides; one that was loaded before keeps its source files."""
    if not isinstance(config, LoadedConfig):
        return load_config(config, overrides, ext_vars)
    return load_config(config.data, overrides, ext_vars) if overrides else config


def default_path(config: str | Path | Mapping[str, Any] | LoadedConfig) -> Path:
    """The run directory if none is named: ``runs/NAME`` for an experiment file of that name.

    Args:
        config: The experiment.

    Raises:
        RunError: The experiment does not come from a file.
    """
    if isinstance(config, str | Path):
        return Path("runs") / Path(config).name.split(".")[0]
    raise RunError(
        "this experiment does not come from a file whose name its run could take; pass a path"
    )


def _module(
    experiment: BaseExperiment,
    corpus: Corpus,
    model: Model,
    metric: Metric,
    log: Callable[[str], None],
) -> TrainingModule:
    """The units, tokenised, with the model around which the loop will run."""
    settings = experiment.training
    preparer = model.training_preparer(experiment.seed)
    units = training_units(corpus.train, model.unit, log)
    count, items = Counted("preparing training units", len(units), log), []
    places = places_of(corpus.train, units)
    for number, (unit, place) in enumerate(zip(units, places, strict=True)):
        items.append(preparer.item(number, unit.document, place))
        count(1)
    batches = TrainingBatches(items, preparer, settings.batch_size, settings.drop_last)
    dev = DevSet(corpus.dev, split(corpus.dev, model.unit), model)
    symmetric = corpus.vocabulary.symmetric
    unlearnable = beyond((item.visible for item in items), model.limits, symmetric)
    for prefix, skipped in (
        ("train", unlearnable),
        ("train", cut_off(items)),
        ("dev", cut_off(dev.items)),
    ):
        for line in skipped.lines():
            log(f"{prefix}: {line}")
    module = TrainingModule(model, settings, batches, dev, metric, experiment.seed)
    log(
        f"{counted(len(units), 'training units')}, {counted(len(batches), 'batches')} per epoch, "
        f"{counted(len(dev.units), 'dev units')}, "
        f"{counted(len(corpus.vocabulary.entity_labels), 'entity labels')}, "
        f"{counted(len(corpus.vocabulary.relation_labels), 'relation labels')}"
    )
    if dev.batches:
        log(f"the best epoch is selected by dev {' + '.join(module.monitor)}")
    return module


def _finish(training: _Training, log: Callable[[str], None]) -> Result:
    """Score test, write the archive and metrics.json."""
    experiment, corpus, run = training.experiment, training.corpus, training.run
    model, metric, epochs = training.model, training.metric, training.epochs
    model.eval()
    has_best = epochs.best_epoch >= 0
    metrics: dict[str, Any] = {"protocol": metric.registered_name}
    examples: Sequence[Document] = ()
    chosen = experiment.training.checkpoint if has_best else "last"
    for name in ("last", "best") if has_best else ("last",):
        epoch = len(epochs.rows) - 1 if name == "last" else epochs.best_epoch
        if name == "best" and epoch != len(epochs.rows) - 1:
            epochs.best.restore(model, epoch)
        block: dict[str, Any] = {"epoch": epoch + 1}
        if name in epochs.reports:
            block["dev"] = epochs.reports[name]
        split_name = "test" if corpus.test else "dev"
        documents = corpus.test or corpus.dev
        if documents and (corpus.test or name == chosen):
            count = Counted(f"scoring {split_name}", len(split(documents, model.unit)), log)
            report, predicted = evaluate(model, documents, metric, count)
            block[split_name] = report.to_dict()
            if name == chosen:
                examples = predicted
                write_counts(run.counts, document_counts(metric, documents, predicted))
        if name == chosen and experiment.data.dev_fraction is not None:
            predictions = evaluate(model, corpus.dev, metric)[1] if corpus.test else examples
            JsonlWriter().write(predictions, run.dev_predictions)
        metrics[name] = block
        if name == chosen:
            about = {**epochs.best.about, "scores": block}
            archive.save(model, epochs.best.config, run.archive, about)
    write_json(run.metrics, metrics)
    return Result(run.path, metrics, examples)
