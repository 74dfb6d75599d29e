"""Experiment: the whole of an experiment file, checked before anything is read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MinLen

from jointre.config import Factory
from jointre.config.bounds import Seed
from jointre.data.words import check_language
from jointre.errors import ConfigError
from jointre.evaluation.metric import Metric, monitor_keys
from jointre.formats import Reader
from jointre.models import Model
from jointre.training.callbacks import TrainingCallback
from jointre.training.loggers import TensorBoard, TrainingLogger
from jointre.training.optimizers import Optimizer
from jointre.training.schedules import Schedule
from jointre.training.search_space import SearchRange
from jointre.training.step import UpdateSettings

Precision = Literal["32", "bf16-mixed", "16-mixed"]


def check_monitor(names: Sequence[str], metric: Metric | type[Metric]) -> None:
    """Checks that a protocol has the scores to monitor.

    Args:
        names: Names of the scores.
        metric: Class of the protocol, or the metric, whose options may remove scores.

    Raises:
        ConfigError: The protocol does not have one of them.
    """
    known = monitor_keys(metric)
    for name in names:
        if name not in known:
            raise ConfigError(
                f"monitor={name!r} is not a score of the protocol {metric.registered_name!r}"
                f"{' with these options' if isinstance(metric, Metric) else ''}; it has "
                f"{', '.join(known)}"
            )


class Fold:
    """One of several parts of the training documents.

    The documents, sorted by id, are shuffled and dealt out, so the order in the file does not
    matter, and the sizes of the folds differ by at most one.

    Args:
        number: Number of the fold, from 1.
        of: Number of folds.
        seed: Random seed of the shuffle.

    Raises:
        ConfigError: The number is greater than the number of folds.
    """

    def __init__(
        self,
        number: Annotated[int, Ge(1), Le(1000)],
        of: Annotated[int, Ge(2), Le(1000)],
        seed: Seed = 0,
    ) -> None:
        if number > of:
            raise ConfigError(f"number={number}: there are {of} folds, from 1 to {of}")
        self.number, self.of, self.seed = number, of, seed


class CorpusSettings:
    """The options of the ``data`` section that apply to files and to documents in memory.

    Args:
        dev_fraction: Fraction of the training documents that is held out as dev data.
        dev_seed: Random seed for choosing these documents.
        train_on: ``"train+dev"`` trains on both, so that dev scores are training scores.
        fraction: Fraction of the training documents that is trained on, for learning curves; a
            larger fraction contains a smaller one of the same seed.
        fraction_seed: Random seed for choosing these documents.
        fold: Fold of the training documents that is scored as test data instead of being trained
            on, for cross-validation; null: all are trained on.
        symmetric: Relations that hold in both directions; null: those that the data declares.
        name: Name of the corpus, for the model card.
        license: Licence of the corpus, for the model card.
    """

    def __init__(
        self,
        dev_fraction: Annotated[float, Gt(0), Lt(1)] | None = None,
        dev_seed: Seed = 0,
        train_on: Literal["train", "train+dev"] = "train",
        fraction: Annotated[float, Gt(0), Le(1)] = 1.0,
        fraction_seed: Seed = 0,
        fold: Fold | None = None,
        symmetric: list[str] | None = None,
        name: str | None = None,
        license: str | None = None,
    ) -> None:
        self.dev_fraction, self.dev_seed = dev_fraction, dev_seed
        self.train_on = train_on
        self.fraction, self.fraction_seed = fraction, fraction_seed
        self.fold = fold
        self.symmetric = symmetric
        self.name, self.license = name, license


class MemorySettings(CorpusSettings):
    """The ``data`` section of an experiment that is trained on documents in memory.

    Args:
        language: Language whose rules the trained model uses to split texts into words.
        dev_fraction: Fraction of the training documents that is held out as dev data.
        dev_seed: Random seed for choosing these documents.
        train_on: ``"train+dev"`` trains on both, so that dev scores are training scores.
        fraction: Fraction of the training documents that is trained on, for learning curves; a
            larger fraction contains a smaller one of the same seed.
        fraction_seed: Random seed for choosing these documents.
        fold: Fold of the training documents that is scored as test data instead of being trained
            on, for cross-validation; null: all are trained on.
        symmetric: Relations that hold in both directions; null: none.
        name: Name of the corpus, for the model card.
        license: Licence of the corpus, for the model card.
    """

    def __init__(
        self,
        language: str = "en",
        dev_fraction: Annotated[float, Gt(0), Lt(1)] | None = None,
        dev_seed: Seed = 0,
        train_on: Literal["train", "train+dev"] = "train",
        fraction: Annotated[float, Gt(0), Le(1)] = 1.0,
        fraction_seed: Seed = 0,
        fold: Fold | None = None,
        symmetric: list[str] | None = None,
        name: str | None = None,
        license: str | None = None,
    ) -> None:
        super().__init__(
            dev_fraction,
            dev_seed,
            train_on,
            fraction,
            fraction_seed,
            fold,
            symmetric,
            name,
            license,
        )
        self.language = check_language(language)


class DataSettings(CorpusSettings):
    """The ``data`` section.

    Args:
        reader: Reader of the files' format.
        train: File to train on.
        dev: File that is scored after every epoch; null: none, unless ``dev_fraction`` is set.
        test: File that is scored once, at the end.
        dev_fraction: Fraction of the training documents that is held out as dev data.
        dev_seed: Random seed for choosing these documents.
        train_on: ``"train+dev"`` trains on both, so that dev scores are training scores.
        fraction: Fraction of the training documents that is trained on, for learning curves; a
            larger fraction contains a smaller one of the same seed.
        fraction_seed: Random seed for choosing these documents.
        fold: Fold of the training documents that is scored as test data instead of being trained
            on, for cross-validation; null: all are trained on.
        symmetric: Relations that hold in both directions; null: those of the types file.
        hint: Advice that is printed when a file is missing.
        name: Name of the corpus, for the model card.
        license: Licence of the corpus, for the model card.
    """

    def __init__(
        self,
        reader: Factory[Reader],
        train: Path,
        dev: Path | None = None,
        test: Path | None = None,
        dev_fraction: Annotated[float, Gt(0), Lt(1)] | None = None,
        dev_seed: Seed = 0,
        train_on: Literal["train", "train+dev"] = "train",
        fraction: Annotated[float, Gt(0), Le(1)] = 1.0,
        fraction_seed: Seed = 0,
        fold: Fold | None = None,
        symmetric: list[str] | None = None,
        hint: str | None = None,
        name: str | None = None,
        license: str | None = None,
    ) -> None:
        if dev is not None and dev_fraction is not None:
            raise ConfigError("dev and dev_fraction exclude each other: dev comes from one place")
        if train_on == "train+dev" and dev is None:
            raise ConfigError("train_on='train+dev' needs a dev file")
        if fold is not None and test is not None:
            raise ConfigError(
                "fold and test exclude each other: the fold's documents are the test data; set "
                "test to null"
            )
        super().__init__(
            dev_fraction,
            dev_seed,
            train_on,
            fraction,
            fraction_seed,
            fold,
            symmetric,
            name,
            license,
        )
        self.reader = reader
        self.train, self.dev, self.test = train, dev, test
        self.hint = hint


class TrainingSettings(UpdateSettings):
    """The ``training`` section.

    Args:
        epochs: Number of passes over the training units.
        batch_size: Number of units in a batch.
        optimizer: Optimizer of the weights.
        schedule: Schedule of the learning rate.
        protocol: Protocol that scores dev and test.
        monitor: Dev score, or list of scores to be added, that selects the best epoch; null: the
            default of the protocol (for most protocols the sum of entity_f1 and relation_strict_f1;
            only entity_f1 if the training data has no relation labels).
        checkpoint: Whether the archive gets the weights of the last or of the best epoch.
        drop_last: Whether to skip the last batch of an epoch if it is incomplete.
        gradient_clip: Maximum norm of all gradients together; null: no limit.
        accumulate: Number of batches whose gradients are added before an update.
        patience: Number of epochs without a better dev score after which training stops; null:
            never.
        precision: Number format of training; ``"bf16-mixed"`` and ``"16-mixed"`` save memory.
        accelerator: ``"auto"``, ``"cpu"`` or ``"gpu"``.
        devices: Number of devices; each of several computes a part of every batch.
        workers: Number of processes that prepare batches; 0: the training process does.
        loggers: Trackers that get losses and scores as well, such as ``['tensorboard']``.
        tensorboard: Former option; write ``loggers: ['tensorboard']``.
        callbacks: Callbacks, which act on the model during training.
        r_drop: Weight of R-Drop (https://arxiv.org/abs/2106.14448): every batch is scored twice
            with different dropout, and the symmetric divergence of the probabilities added to the
            mean of both losses; 0: off.
        initial_weights: Run directory or archive whose weights training begins with. Labels of both
            models keep their weights, by name, and new labels are initialised randomly. null:
            random weights, except in the pretrained encoder.
        teacher: Run directory or archive of a trained model of the same kind and labels, often a
            larger one: the model is also trained to give the teacher's probabilities
            (https://arxiv.org/abs/1503.02531). They are computed once, before the first epoch.
            null: no teacher.
        teacher_weight: Weight of the divergence from the teacher, beside the losses of the gold.
        keep_checkpoints: Whether to keep the checkpoints after the last epoch; only an unfinished
            training needs them.
    """

    def __init__(
        self,
        epochs: Annotated[int, Ge(1), Le(1_000_000)],
        batch_size: Annotated[int, Ge(1), Le(100_000)],
        optimizer: Factory[Optimizer],
        schedule: Factory[Schedule] = Factory(Schedule.by_name("linear")),
        protocol: Factory[Metric] = Factory(Metric.by_name("spert")),
        monitor: str | Annotated[list[str], MinLen(1)] | None = None,
        checkpoint: Literal["last", "best"] = "best",
        drop_last: bool = False,
        gradient_clip: Annotated[float, Gt(0), Le(1_000_000)] | None = 1.0,
        accumulate: Annotated[int, Ge(1), Le(100_000)] = 1,
        patience: Annotated[int, Ge(1), Le(1_000_000)] | None = None,
        precision: Precision = "32",
        accelerator: Literal["auto", "cpu", "gpu"] = "auto",
        devices: Annotated[int, Ge(1), Le(1000)] = 1,
        workers: Annotated[int, Ge(0), Le(1000)] = 0,
        loggers: Sequence[Factory[TrainingLogger]] = (),
        tensorboard: bool = False,
        callbacks: Sequence[Factory[TrainingCallback]] = (),
        r_drop: Annotated[float, Ge(0), Le(1000)] = 0.0,
        initial_weights: Path | None = None,
        teacher: Path | None = None,
        teacher_weight: Annotated[float, Gt(0), Le(1000)] = 1.0,
        keep_checkpoints: bool = False,
    ) -> None:
        super().__init__(optimizer, schedule, gradient_clip, callbacks, r_drop)
        self.initial_weights = initial_weights
        self.teacher, self.teacher_weight = teacher, teacher_weight
        self.monitor = [monitor] if isinstance(monitor, str) else monitor
        check_monitor(self.monitor or (), protocol.type)
        self.epochs, self.batch_size = epochs, batch_size
        self.protocol = protocol
        self.checkpoint = checkpoint
        self.drop_last = drop_last
        self.accumulate = accumulate
        self.patience = patience
        self.precision = precision
        self.accelerator, self.devices = accelerator, devices
        self.workers = workers
        self.loggers = [logger() for logger in loggers]
        self.tensorboard = tensorboard
        if tensorboard:
            self.loggers.append(TensorBoard())
        self.keep_checkpoints = keep_checkpoints


class BaseExperiment:
    """What is trained, and how.

    Args:
        data: Settings of the documents.
        model: The model to train.
        training: Settings of the training.
        seed: Random seed, which decides every random choice.
        tune: The values that ``jointre tune`` tries, by the dotted path of the option, such as
            ``{ 'training.optimizer.lr': { log: [1e-5, 1e-3] } }``; a training does not read it.
    """

    def __init__(
        self,
        data: CorpusSettings,
        model: Factory[Model],
        training: TrainingSettings,
        seed: Seed = 0,
        tune: Mapping[str, SearchRange] | None = None,
    ) -> None:
        self.data = data
        self.model = model
        self.training = training
        self.seed = seed
        self.tune = dict(tune or {})


class MemoryExperiment(BaseExperiment):
    """An experiment that is trained on documents in memory.

    Args:
        model: The model to train.
        training: Settings of the training.
        data: Settings of the documents.
        seed: Random seed, which decides every random choice.
        tune: The values that ``jointre tune`` tries, by the dotted path of the option, such as
            ``{ 'training.optimizer.lr': { log: [1e-5, 1e-3] } }``; a training does not read it.
    """

    data: MemorySettings

    def __init__(
        self,
        model: Factory[Model],
        training: TrainingSettings,
        data: MemorySettings,
        seed: Seed = 0,
        tune: Mapping[str, SearchRange] | None = None,
    ) -> None:
        super().__init__(data, model, training, seed, tune)


class Experiment(BaseExperiment):
    """An experiment file.

    Args:
        data: The data to read.
        model: The model to train.
        training: Settings of the training.
        seed: Random seed for all random choices.
        tune: The values that ``jointre tune`` tries, by the dotted path of the option, such as
            ``{ 'training.optimizer.lr': { log: [1e-5, 1e-3] } }``; a training does not read it.
    """

    data: DataSettings

    def __init__(
        self,
        data: DataSettings,
        model: Factory[Model],
        training: TrainingSettings,
        seed: Seed = 0,
        tune: Mapping[str, SearchRange] | None = None,
    ) -> None:
        if training.patience is not None and data.dev is None and data.dev_fraction is None:
            raise ConfigError("training.patience needs dev scores: set data.dev or dev_fraction")
        super().__init__(data, model, training, seed, tune)
