"""JointrePipe: a model as a component of a spaCy pipeline, trained already or trained there."""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vocab import Vocab
from thinc.util import get_torch_default_device

from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Overlap
from jointre.errors import ConfigError
from jointre.inference.predictor import Predictor
from jointre.integrations import spacy_io
from jointre.integrations.spacy_docs import DocWords, annotate, read
from jointre.integrations.spacy_given import given
from jointre.integrations.spacy_learner import (
    Learner,
    gold_of,
    planned_updates,
    read_experiment,
    vocabulary_of,
)
from jointre.integrations.spacy_store import register_extensions
from jointre.models import archive
from jointre.models.archive import Loaded

WITHOUT = (
    "has no model; name one (config={'model': 'runs/quickstart'}: a run directory, an archive "
    "folder or its .tar.gz), load a pipeline that holds one, or give an 'experiment' and train it"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The config of a component; ``spacy_entry.create`` describes its keys."""

    model: str | None = None
    experiment: str | dict[str, Any] | None = None
    device: str | None = None
    batch_size: int = 64
    max_words: int = 256
    spans_key: str = "jointre"
    set_ents: bool = True
    use_ents: bool | dict[str, str] = False
    threshold: float | dict[str, float] | None = None
    overlap: Overlap | None = None

    def __post_init__(self) -> None:
        for name in ("batch_size", "max_words"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name}={getattr(self, name)}: it must be at least 1")
        numbers = self.threshold if isinstance(self.threshold, dict) else {"": self.threshold}
        for label, number in numbers.items():
            if number is not None and not 0 <= number <= 1:
                name = f"threshold.{label}" if label else "threshold"
                raise ConfigError(f"{name}={number}: it is a probability, from 0 to 1")
        if not self.spans_key:
            raise ConfigError("spans_key='': name the span group, 'jointre' for example")


class JointrePipe(TrainablePipe):  # type: ignore[misc]
    """Component that adds entities and relations to Docs.

    It reads the model when it is first needed, so a pipeline whose archive lies in its own
    folder does not look for the place that the archive came from.

    Args:
        vocab: Vocabulary of the pipeline.
        name: Name of the component in the pipeline.
        settings: Config of the component.
        scorer: Function that scores Examples; None: no scores.
    """

    def __init__(
        self,
        vocab: Vocab,
        name: str,
        settings: Settings,
        scorer: Callable[..., dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(vocab, None, name)
        self.settings, self.scorer = settings, scorer
        self._source = None if settings.model is None else Path(settings.model).absolute()
        self._loaded: Loaded | None = None
        self._predictor: Predictor | None = None
        self._learner: Learner | None = None
        self._process = os.getpid()
        register_extensions()

    @property
    def predictor(self) -> Predictor:
        """The predictor, which is made when it is first needed.

        Raises:
            ConfigError: There is no model, or no such device.
            ArchiveError: The model cannot be read.
        """
        if self._predictor is None:
            if self._source is None:
                raise ConfigError(f"component {self.name!r} {WITHOUT}")
            self.use(archive.load(self._source))
        assert self._predictor is not None
        return self._predictor

    def use(self, loaded: Loaded) -> None:
        """Use a model, instead of any other one."""
        self._predictor = Predictor(
            loaded.model,
            device=self.settings.device or str(get_torch_default_device()),
            threshold=self.settings.threshold,
            overlap=self.settings.overlap,
        )
        self._loaded, self._learner, self.model = loaded, None, loaded.model

    @property
    def labels(self) -> tuple[str, ...]:
        """Entity and relation labels, once the model is read."""
        labels = self.label_data
        return () if labels is None else (*labels["entity_labels"], *labels["relation_labels"])

    @property
    def label_data(self) -> dict[str, list[str]] | None:
        """The labels for the ``initialize`` of another component, once the model is read."""
        return None if self._predictor is None else self._predictor.vocabulary.to_dict()

    def predict(self, docs: Iterable[Doc]) -> list[tuple[DocWords, Document]]:
        """Predict Docs; they are not changed."""
        predictor = self.predictor
        self._adapt_to_fork(predictor)
        if self._learner is not None:
            self._learner.evaluate()
        predictor.model.eval()
        reads_documents = predictor.model.unit == "document"
        readings = [read(doc, str(i)) for i, doc in enumerate(docs)]
        documents = [reading.document for reading in readings]
        use_ents = self.settings.use_ents
        if use_ents is not False:
            renamed = {} if use_ents is True else use_ents
            skipped = SkippedData()
            documents = [
                given(reading, doc, predictor.vocabulary, renamed, skipped, reads_documents)
                for reading, doc in zip(readings, docs, strict=True)
            ]
            self._warn_of_skipped(skipped, predictor.vocabulary)
        cuts = SkippedData()
        predictions = predictor.documents(
            documents,
            entities="predict" if use_ents is False else "given",
            max_units=self.settings.batch_size,
            max_words=self.settings.max_words if predictor.model.unit == "sentence" else None,
            skipped=cuts,
        )
        self._warn_of_cuts(cuts)
        return list(zip(readings, predictions, strict=True))

    def set_annotations(
        self, docs: Iterable[Doc], scores: Sequence[tuple[DocWords, Document]]
    ) -> None:
        """Write the predictions into the Docs."""
        set_ents = self.settings.set_ents and self.settings.use_ents is False
        for doc, (reading, prediction) in zip(docs, scores, strict=True):
            annotate(doc, prediction, reading.offsets, self.settings.spans_key, set_ents)

    def _adapt_to_fork(self, predictor: Predictor) -> None:
        """Limit a process that spaCy has forked to one thread.

        Threads do not survive a fork, and torch would wait for them.
        """
        if os.getpid() == self._process:
            return
        if predictor.device.type == "cuda":
            raise ConfigError(
                "n_process > 1 works on the processor only; take n_process=1 on a GPU"
            )
        torch.set_num_threads(1)
        self._process = os.getpid()

    def _warn_of_cuts(self, cuts: SkippedData) -> None:
        for line in cuts.lines():
            warnings.warn(
                f"component {self.name!r}: {line}. Put a sentencizer or parser before the "
                "component, or raise max_words",
                stacklevel=2,
            )

    def _warn_of_skipped(self, skipped: SkippedData, vocabulary: Vocabulary) -> None:
        for line in skipped.lines():
            warnings.warn(
                f"component {self.name!r}: {line}. The model's labels are "
                f"{', '.join(vocabulary.entity_labels)}; use_ents={{'theirs': 'the model's'}} "
                "gives one for another",
                stacklevel=2,
            )

    @property
    def is_trainable(self) -> bool:
        """Whether there is an experiment; a component without stays as it is."""
        return self.settings.experiment is not None

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: dict[str, list[str]] | None = None,
        updates: int | None = None,
    ) -> None:
        """Make the experiment's model and its optimizer.

        Args:
            get_examples: Function that returns gold Examples, from which the labels are taken.
            nlp: Pipeline whose ``[training]`` section gives the number of updates.
            labels: ``entity_labels``, ``relation_labels`` and ``symmetric`` relations; None:
                those of the examples, sorted.
            updates: Number of updates of the whole training, for the learning rate schedule;
                None: computed from ``[training]``.

        Raises:
            ConfigError: The experiment is wrong, or the number of updates is unknown.
            DataError: The examples have no labels.
        """
        if not self.is_trainable:
            return
        experiment, resolved = read_experiment(self.settings.experiment)
        if self._source is None:
            vocabulary = vocabulary_of(get_examples, self.settings.spans_key, labels)
            model = experiment.model(vocabulary=vocabulary)
            self.use(Loaded(model, resolved["model"], {"seed": experiment.seed}))
        total = updates or planned_updates(nlp, get_examples)
        self._learner = Learner(self.predictor.model, experiment, total)

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Any = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Add the gradients of a batch; :meth:`finish_update` takes the step.

        Args:
            examples: Examples with gold entities and relations.
            drop: Not used; the dropout is that of the experiment.
            sgd: If neither None nor False, the optimizer also takes its step.
            losses: Receives the loss under the component's name.

        Raises:
            ConfigError: The component was not initialised.
            RunError: The loss is not finite.
        """
        losses = {} if losses is None else losses
        if not self.is_trainable:
            return losses
        losses.setdefault(self.name, 0.0)
        gold = gold_of(examples, self.settings.spans_key)
        losses[self.name] += self.learner.learn(gold)
        if sgd not in (None, False):
            self.finish_update(sgd)
        return losses

    @property
    def learner(self) -> Learner:
        """The learner, which updates the model.

        Raises:
            ConfigError: The component was not initialised.
        """
        if self._learner is None:
            raise ConfigError(
                f"component {self.name!r} is not ready to learn; call nlp.initialize first"
            )
        return self._learner

    def finish_update(self, sgd: Any) -> None:
        """Step by the experiment's optimizer and schedule; spaCy's own is not used."""
        if self._learner is not None:
            self._learner.step()

    def use_params(self, params: dict[Any, Any]) -> Iterator[None]:
        """Do nothing: the averages that spaCy would use here are those of its own optimizer."""
        yield

    def score(self, examples: Iterable[Example], **kwargs: Any) -> dict[str, Any]:
        """Scores under names that begin with the spans key."""
        if self.scorer is None:
            return {}
        return self.scorer(
            examples,
            spans_key=self.settings.spans_key,
            unit=self.predictor.model.unit,
            symmetric=self.predictor.vocabulary.symmetric,
        )

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the model's archive to the component's folder, if there is a model."""
        if self._has_model:
            loaded = self._saved()
            archive.save(loaded.model, loaded.config, Path(path), loaded.about)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "JointrePipe":
        """Read the archive in the component's folder.

        Raises:
            ArchiveError: The archive is missing, damaged, or from a newer version.
        """
        if self._source is not None or Path(path).exists():
            self.use(archive.load(Path(path)))
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The model's archive as bytes; empty without a model."""
        return spacy_io.to_bytes(self._saved()) if self._has_model else b""

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> "JointrePipe":
        """Read what :meth:`to_bytes` wrote.

        Raises:
            ArchiveError: The archive is damaged, or from a newer version.
        """
        if bytes_data:
            self.use(spacy_io.from_bytes(bytes_data))
        return self

    @property
    def _has_model(self) -> bool:
        return self._loaded is not None or self._source is not None

    def _saved(self) -> Loaded:
        _ = self.predictor  # reads the model if need be
        if self._learner is not None:
            self._learner.evaluate()
        assert self._loaded is not None
        return self._loaded
