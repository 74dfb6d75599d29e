"""Training inside spaCy's loop: jointre's model, sampling, optimizer and schedule."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, final

from annotated_types import Gt, Le
from spacy.language import Language
from spacy.training import Example
from spacy.util import registry
from torch.optim.lr_scheduler import LambdaLR

from jointre.config import Factory, construct, load_config, resolve
from jointre.config.bounds import Seed
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ConfigError, DataError
from jointre.integrations.spacy_docs import check_texts, read, with_findings
from jointre.models import Model
from jointre.training.callbacks import TrainingCallback
from jointre.training.corpus import training_units
from jointre.training.optimizers import Optimizer
from jointre.training.schedules import Schedule
from jointre.training.step import clip_gradients, loss_of


class Updates:
    """What spaCy's training takes from the ``training`` section.

    Args:
        optimizer: updates the weights.
        schedule: the learning rate's course.
        gradient_clip: largest norm of all gradients together; null: no limit.
        callbacks: change the model in the course of training.
    """

    def __init__(
        self,
        optimizer: Factory[Optimizer],
        schedule: Factory[Schedule] = Factory(Schedule.by_name("linear")),
        gradient_clip: Annotated[float, Gt(0), Le(1_000_000)] | None = 1.0,
        callbacks: list[Factory[TrainingCallback]] = [],  # noqa: B006
    ) -> None:
        self.optimizer, self.schedule = optimizer, schedule
        self.gradient_clip = gradient_clip
        self.callbacks = [make() for make in callbacks]


class SpacyExperiment:
    """What spaCy's training takes from an experiment: corpus, batches and epochs are spaCy's.

    Args:
        model: what to train.
        training: how it is updated.
        seed: of the sampling.
    """

    def __init__(self, model: Factory[Model], training: Updates, seed: Seed = 0) -> None:
        self.model, self.training, self.seed = model, training, seed


USED = ("optimizer", "schedule", "gradient_clip", "callbacks")


def read_experiment(source: Any) -> tuple[SpacyExperiment, dict[str, Any]]:
    """An experiment, and its used parts with every default filled in.

    Args:
        source: path of an experiment file, or its content.

    Raises:
        ConfigError: something is wrong with it.
    """
    config: Any = load_config(Path(source)).data if isinstance(source, str) else source
    training = config.get("training", {})
    if not isinstance(training, dict):
        raise ConfigError(f"experiment.training={training!r}: it must be an object")
    used = {
        **{key: config[key] for key in ("model", "seed") if key in config},
        "training": {key: training[key] for key in USED if key in training},
    }
    return construct(SpacyExperiment, used), resolve(SpacyExperiment, used)


@final
class Learner:
    """Updates a model as ``jointre train`` does.

    Args:
        model: on its device.
        experiment: how.
        total: updates of the whole training, for the schedule and the callbacks.
    """

    def __init__(self, model: Model, experiment: SpacyExperiment, total: int) -> None:
        self.model, self.settings, self.total = model, experiment.training, total
        for callback in self.settings.callbacks:
            callback.check(model)
        schedule = self.settings.schedule()
        self._preparer = model.training_preparer(experiment.seed)
        self._optimizer = self.settings.optimizer().build(
            model.named_parameters(), model.encoder_parameters()
        )
        self._rate = LambdaLR(self._optimizer, lambda step: schedule.factor(step, total))
        self._steps = self._units = self._batches = 0

    def learn(self, documents: Sequence[Document]) -> float:
        """Add the gradients of a batch; its loss.

        Raises:
            RunError: the loss is not finite.
        """
        if not self._batches:
            for callback in self.settings.callbacks:
                callback.before_update(self.model, self._steps, self.total)
        units = training_units(documents, self.model.unit, _warn)
        if not units:
            return 0.0
        self.model.train()
        items = [
            self._preparer.item(self._units + i, unit.document) for i, unit in enumerate(units)
        ]
        # Every unit has a number of its own, so its negatives are drawn anew in each epoch.
        self._units += len(units)
        batch = self._preparer(items).to(next(self.model.parameters()).device)
        total = loss_of(
            self.model,
            batch,
            f"update {self._steps + 1}",
            "Lower training.optimizer.lr or training.gradient_clip of the experiment",
        )
        total.backward()  # type: ignore[no-untyped-call]
        self._batches += 1
        return float(total.detach())

    def step(self) -> None:
        """Update the weights by the mean gradients of the batches since the last step."""
        if not self._batches:
            return
        parameters = [value for value in self.model.parameters() if value.grad is not None]
        if self._batches > 1:
            for parameter in parameters:
                assert parameter.grad is not None
                parameter.grad /= self._batches
        clip_gradients(parameters, self.settings.gradient_clip)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._rate.step()
        self._steps, self._batches = self._steps + 1, 0


def gold_of(examples: Iterable[Example], key: str) -> list[Document]:
    """The gold of Examples over the tokens of their predicted Docs, as a model will read them.

    Args:
        examples: their sentences are the predicted Docs' if an earlier component has set them,
            else the gold's.
        key: of the gold.

    Raises:
        DataError: the texts of an Example differ.
    """
    skipped = SkippedData()
    found = []
    for number, example in enumerate(examples):
        check_texts(example, str(number))
        reading = read(example.predicted, str(number), sentences=example.reference)
        found.append(with_findings(reading, example.reference, key, skipped))
    for line in skipped.lines():
        _warn(line)
    return found


def vocabulary_of(
    get_examples: Callable[[], Iterable[Example]], key: str, labels: dict[str, list[str]] | None
) -> Vocabulary:
    """The labels to learn.

    Args:
        get_examples: gold, read if no labels are given.
        key: of the gold.
        labels: as :meth:`Vocabulary.to_dict` has them.

    Raises:
        DataError: there are no labels of entities.
    """
    if labels is not None:
        return Vocabulary.from_dict(labels)
    vocabulary = Vocabulary.build(gold_of(get_examples(), key))
    if not vocabulary.entity_labels:
        raise DataError(
            f"the examples have no entities under the key {key!r}; annotate their reference Docs "
            "by jointre.integrations.to_spacy or set_relations, and keep them in a "
            "DocBin(store_user_data=True)"
        )
    return vocabulary


def planned_updates(nlp: Language | None, get_examples: Callable[[], Iterable[Example]]) -> int:
    """Updates of a training as ``[training]`` plans it: ``max_epochs``, or fewer ``max_steps``.

    Raises:
        ConfigError: it has no end.
    """
    training: dict[str, Any] = {} if nlp is None else nlp.config.interpolate()["training"]
    limits: list[int] = []
    if training.get("max_epochs", 0) > 0:
        batcher = registry.resolve({"batcher": training["batcher"]})["batcher"]
        limits.append(training["max_epochs"] * sum(1 for _ in batcher(list(get_examples()))))
    if training.get("max_steps", 0) > 0:
        limits.append(training["max_steps"])
    if not limits:
        raise ConfigError(
            "the schedule of the learning rate needs the number of updates: set max_epochs or "
            "max_steps in [training], or updates in [initialize.components.NAME]"
        )
    return min(limits)


def _warn(line: str) -> None:
    warnings.warn(f"jointre training: {line}", stacklevel=3)
