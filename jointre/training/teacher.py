"""Distillation: a trained model scores the training units, and another learns its probabilities."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import torch

from jointre.data.context import places_of
from jointre.data.schema import Document
from jointre.data.split import Unit
from jointre.errors import ConfigError
from jointre.models import Model, archive
from jointre.models.candidates import CandidateScores
from jointre.models.model import (
    Item,
    Preparer,
    TrainingBatch,
    TrainingPreparer,
)
from jointre.models.predict import plan
from jointre.nn.losses import LabelScores
from jointre.training.corpus import training_units
from jointre.training.progress import Counted
from jointre.training.step import require_candidate_scores
from jointre.training.teacher_scores import StoredUnits

PLACE = "training.teacher"


class Teacher:
    """A trained model that gives its label probabilities of the training units.

    It scores all candidates of a prediction, with entities that it finds and with those of the
    gold, and those that the first epoch of a training with its own sampler would have.

    Args:
        model: The model.
        documents: Training documents.
        trained_on: Digests of the files that it was trained on, by path.
    """

    def __init__(
        self, model: Model, documents: Sequence[Document], trained_on: Mapping[str, str]
    ) -> None:
        self.model = model
        self.trained_on = trained_on
        self._units: list[Unit] = training_units(documents, model.unit, lambda line: None)
        self._places = places_of(documents, self._units)

    @classmethod
    def load(cls, source: Path, student: Model, documents: Sequence[Document]) -> Self:
        """Load the teacher of a model that is to be trained.

        Args:
            source: Run directory or archive.
            student: The model that is to be trained.
            documents: Training documents.

        Raises:
            ArchiveError: The source cannot be used.
            ConfigError: The models are of different kinds, have different labels or losses, or
                give no probabilities of their candidates.
        """
        loaded = archive.load(source)
        made = cls(loaded.model, documents, dict(loaded.about.get("trained_on", {})))
        require_candidate_scores(student, f"{PLACE}={str(source)!r}", "null")
        made._require_same(source, student)
        return made

    def write(self, path: Path, device: torch.device, log: Callable[[str], None]) -> None:
        """Compute the probabilities and write them to a file.

        Args:
            path: The file.
            device: Where the model computes.
            log: Called with lines about the course of the work.

        Raises:
            RunError: The file cannot be written.
        """
        stored = StoredUnits(len(self._units))
        self.model.to(device)
        passes: list[Preparer | TrainingPreparer] = [
            self.model.preparer("predict"),
            self.model.preparer("given"),
            self.model.training_preparer(),
        ]
        count = Counted("the teacher scores training units", len(passes) * len(self._units), log)
        for preparer in passes:
            for items in plan(self._items(preparer), preparer):
                stored.add([item.number for item in items], _scores(self.model, preparer, items))
                count(len(items))
        self.model.to("cpu")
        stored.write(path)
        log(f"the teacher has scored {len(self._units):,} training units")

    def _items(self, preparer: Preparer | TrainingPreparer) -> list[Item]:
        """The units, without those in which no entity can be found, when it is to be found."""
        items = [
            preparer.item(number, unit.document, place)
            for number, (unit, place) in enumerate(zip(self._units, self._places, strict=True))
        ]
        silent = [item.pieces.silent for item in items]
        return [
            item
            for item, words in zip(items, silent, strict=True)
            if words is None or not words.all()
        ]

    def _require_same(self, source: Path, student: Model) -> None:
        """Require the same kind of model, the same labels, and the same kinds of losses."""
        kinds = [_kind(self.model), _kind(student)]
        if kinds[0] != kinds[1]:
            raise ConfigError(
                f"{PLACE}: the model of {source} is {kinds[0]}, this one {kinds[1]}; a teacher has "
                "the same candidates as its student: take one of the same kind"
            )
        for kind in ("entity", "relation"):
            theirs, own = (_labels(model, kind) for model in (self.model, student))
            if theirs != own:
                raise ConfigError(
                    f"{PLACE}: {source} must have the same {kind} labels in the same order: "
                    f"{', '.join(theirs)} there, {', '.join(own)} here"
                )
        taught, learned = self._probabilities(self.model), self._probabilities(student)
        for task, ours in learned.items():
            if taught[task] != ours:
                raise ConfigError(
                    f"{PLACE}: the {task} probabilities of {source} are {taught[task]}, those of "
                    f"this model {ours}: give both models the same kind of {task}_loss"
                )

    def _probabilities(self, model: Model) -> dict[str, str]:
        """What kind of probabilities each task of a model gives, seen from its first unit."""
        if not self._units:
            return {}
        preparer = model.training_preparer()
        item = preparer.item(0, self._units[0].document, self._places[0])
        training = model.training
        model.eval()
        scores = _scores(model, preparer, [item])
        model.train(training)
        return {task: _described(scored.scores) for task, scored in scores.items()}


def _scores(
    model: Model, preparer: Preparer | TrainingPreparer, items: Sequence[Item]
) -> dict[str, CandidateScores]:
    """The probabilities of a batch."""
    made = preparer(items)
    stages = made.stages if isinstance(made, TrainingBatch) else made
    stages = stages.to(next(model.parameters()).device)
    with torch.inference_mode():
        return model.candidate_scores(model(stages), stages)


def _described(scores: LabelScores) -> str:
    """The kind of some probabilities, in words."""
    if not scores.exclusive:
        return "one per label, independent of the others"
    return "those of one label" if scores.none is None else "those of one label or none"


def _kind(model: Model) -> str:
    """The kind of a model and its unit, in words."""
    return f"{model.registered_name!r}, which reads {_UNITS[model.unit]}"


_UNITS = {
    "sentence": "sentences",
    "sentences": "documents sentence by sentence",
    "document": "whole documents",
}


def _labels(model: Model, kind: str) -> tuple[str, ...]:
    vocabulary = model.vocabulary
    return vocabulary.entity_labels if kind == "entity" else vocabulary.relation_labels
