"""Training inside spaCy's loop: jointre's model, sampling, optimizer and schedule."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, final

from spacy.language import Language
from spacy.training import Example
from spacy.util import registry

from jointre.config import Factory, construct, load_config, resolve
from jointre.config.bounds import Seed
from jointre.config.schema import options_of
from jointre.data.context import places_of
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ConfigError, DataError
from jointre.integrations.spacy_docs import check_texts, read, with_findings
from jointre.models import Model
from jointre.training.corpus import training_units
from jointre.training.step import Updates, UpdateSettings


class SpacyExperiment:
    """What spaCy's training takes from an experiment: corpus, batches and epochs are spaCy's.

    Args:
        model: The model to train.
        training: Settings of its updates; other settings of the section are not used.
        seed: Random seed of the sampling.
    """

    def __init__(self, model: Factory[Model], training: UpdateSettings, seed: Seed = 0) -> None:
        self.model, self.training, self.seed = model, training, seed


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
        "training": {key: training[key] for key in options_of(UpdateSettings) if key in training},
    }
    return construct(SpacyExperiment, used), resolve(SpacyExperiment, used)


@final
class Learner:
    """Updates a model as ``jointre train`` does.

    Args:
        model: The model, on its device.
        experiment: What is trained, and how.
        total: Number of updates of the whole training, for the schedule and the callbacks.

    Attributes:
        updates: The updates, of which spaCy decides when they happen.
    """

    def __init__(self, model: Model, experiment: SpacyExperiment, total: int) -> None:
        self.model = model
        self.updates = Updates(model, experiment.training, total)
        self._preparer = model.training_preparer(experiment.seed)
        self._units = self._batches = 0
        self.updates.start()

    def learn(self, documents: Sequence[Document]) -> float:
        """Add the gradients of a batch; its loss.

        Raises:
            RunError: The loss is not finite.
        """
        self.updates.end_evaluation()
        if not self._batches:
            self.updates.before_update()
        units = training_units(documents, self.model.unit, _warn)
        if not units:
            return 0.0
        self.model.train()
        items = [
            self._preparer.item(self._units + i, unit.document, place)
            for i, (unit, place) in enumerate(zip(units, places_of(documents, units), strict=True))
        ]
        # Every unit has a number of its own, so other negatives are drawn in each epoch.
        self._units += len(units)
        batch = self._preparer(items).to(next(self.model.parameters()).device)
        total = self.updates.loss(
            batch,
            f"update {self.updates.finished + 1}",
            "Lower training.optimizer.lr or training.gradient_clip of the experiment",
        )
        total.backward()  # type: ignore[no-untyped-call]
        self._batches += 1
        return float(total.detach())

    def step(self) -> None:
        """Update the weights by the mean gradients of the batches since the last step."""
        if self._batches:
            self.updates.apply(self._batches)
            self._batches = 0

    def evaluate(self) -> None:
        """Give the model the weights to predict with and to save, until the next batch."""
        self.updates.begin_evaluation()


def gold_of(examples: Iterable[Example], key: str) -> list[Document]:
    """The gold of Examples over the tokens of their predicted Docs, as a model will read them.

    Args:
        examples: Examples with gold; their sentences are those of the predicted Docs if an earlier
            component has set them, else those of the gold.
        key: Key of the gold, the ``spans_key`` of the component.

    Raises:
        DataError: The texts of an Example differ.
    """
    skipped = SkippedData()
    documents = []
    for number, example in enumerate(examples):
        check_texts(example, str(number))
        reading = read(example.predicted, str(number), sentences=example.reference)
        documents.append(with_findings(reading, example.reference, key, skipped))
    for line in skipped.lines():
        _warn(line)
    return documents


def vocabulary_of(
    get_examples: Callable[[], Iterable[Example]], key: str, labels: dict[str, list[str]] | None
) -> Vocabulary:
    """The labels to learn.

    Args:
        get_examples: Returns examples with gold; called if no labels are given.
        key: Key of the gold, the ``spans_key`` of the component.
        labels: Labels as :meth:`Vocabulary.to_dict` returns them.

    Raises:
        DataError: There are no labels of entities.
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
