"""The interface of decoders: the only place where probabilities become mentions and relations."""

from abc import ABC
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from jointre.config import Registrable
from jointre.data.batch import GivenMentions
from jointre.data.nearest import did_you_mean
from jointre.data.vocabulary import Vocabulary
from jointre.decoding.calibration import Calibration, TaskCalibration
from jointre.decoding.overlaps import Overlap, OverlapRule
from jointre.decoding.thresholds import DEFAULT, Thresholds, accepted, per_label
from jointre.errors import ConfigError
from jointre.nn.losses.label_scores import LabelScores
from jointre.positions import Spans

Task = Literal["entity", "relation"]
TASKS: tuple[Task, ...] = ("entity", "relation")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Mentions that a decoder has found, or that were given.

    Args:
        rows: Row of each mention among the candidate spans.
        labels: Entity label of each mention.
        probabilities: Probability of that label.

    Shapes:
        all ``"m"``.
    """

    rows: Int[Tensor, " m"]
    labels: Int[Tensor, " m"]
    probabilities: Float[Tensor, " m"]

    @classmethod
    def none(cls, like: Float[Tensor, "..."]) -> "Mentions":
        """No mentions, on the device of a tensor."""
        rows = torch.zeros(0, dtype=torch.long, device=like.device)
        return cls(rows, rows, like.new_zeros(0))


@dataclass(frozen=True, slots=True)
class Relations:
    """Relations that a decoder has found.

    Args:
        rows: Row of each relation among the candidate pairs or cells.
        labels: Relation label.
        probabilities: Probability of that label.

    Shapes:
        all ``"h"``.
    """

    rows: Int[Tensor, " h"]
    labels: Int[Tensor, " h"]
    probabilities: Float[Tensor, " h"]


class Decoder(Registrable, ABC, interface="decoder"):
    """Decoder: turns probabilities into mentions and relations, stage by stage.

    A model asks for the mentions before it scores pairs, and for the relations and documents
    at the end. Subclass the decoder of a model family to change a decision.

    Owner gives: ``vocabulary``.

    Args:
        vocabulary: The labels, and the overlaps of the training data.
        entity_threshold: Smallest probability of an entity label: a number, or one per label
            (``{ default: 0.5, Person: 0.7 }``). null: if labels are mutually exclusive, the most
            probable label, "none" included; otherwise the threshold that the loss has learned
            (``adaptive``), or else the default of the decoder.
        relation_threshold: The same for relations.
        overlap: Which mentions may overlap. ``"all"``: all of them; ``"nested"``: a mention inside
            another; ``"flat"``: none; ``"learned"``: those whose labels overlap in the training
            data. Of two mentions that may not overlap, the more probable one is kept.

    Attributes:
        entity_thresholds: Threshold of each entity label; None if it is not set.
        relation_thresholds: Threshold of each relation label.
        calibration: Temperatures and thresholds that were fitted on annotated data; None: the
            probabilities of the model are used as they are.

    Raises:
        ConfigError: A threshold names an unknown label, or the overlaps of the training data
            are needed and not known.
    """

    given: ClassVar[tuple[str, ...]] = ("vocabulary",)
    default_entity_threshold: ClassVar[float] = 0.5
    default_relation_threshold: ClassVar[float] = 0.5
    labels_come_first: ClassVar[bool] = True  # whether labels are known when overlaps are resolved

    def __init__(
        self,
        vocabulary: Vocabulary,
        entity_threshold: Thresholds | None,
        relation_threshold: Thresholds | None,
        overlap: Overlap,
    ) -> None:
        self.vocabulary = vocabulary
        self.entity_thresholds = per_label(
            entity_threshold, vocabulary.entity_labels, "entity_threshold"
        )
        self.relation_thresholds = per_label(
            relation_threshold, vocabulary.relation_labels, "relation_threshold"
        )
        self._overlap = OverlapRule(overlap, vocabulary, self.labels_come_first)
        self.calibration: Calibration | None = None
        self._calibrated: dict[Task, list[float | None]] = {}

    def calibrate(self, calibration: Calibration | None) -> None:
        """Use calibrated probabilities and thresholds, or the model's own ones again.

        Args:
            calibration: The calibration; None: none.

        Raises:
            ConfigError: A threshold names an unknown label.
        """
        thresholds: dict[Task, list[float | None]] = {}
        if calibration is not None:
            vocabulary = self.vocabulary
            labels = {"entity": vocabulary.entity_labels, "relation": vocabulary.relation_labels}
            for task in TASKS:
                of_task = dict(_of_task(calibration, task).thresholds)
                thresholds[task] = per_label(of_task, labels[task], f"calibration of {task}")
        self.calibration, self._calibrated = calibration, thresholds

    def calibrated(self, scores: LabelScores, task: Task) -> LabelScores:
        """The probabilities of a task's candidates as predictions report them.

        Args:
            scores: The probabilities of the model.
            task: The task, ``"entity"`` or ``"relation"``.
        """
        if self.calibration is None:
            return scores
        of_task = _of_task(self.calibration, task)
        return scores.calibrated(of_task.temperature, of_task.bias)

    def accepted(self, scores: LabelScores, task: Task) -> Bool[Tensor, "q r"]:
        """The labels that candidates get.

        Calibrated thresholds are compared with calibrated probabilities, and those of the config
        with the probabilities of the model, so temperature and bias alone change no decision.

        Args:
            scores: The probabilities of the model.
            task: The task, ``"entity"`` or ``"relation"``.

        Shapes:
            scores ``"q r"`` → ``"q r"``.
        """
        thresholds, default = self.entity_thresholds, self.default_entity_threshold
        if task == "relation":
            thresholds, default = self.relation_thresholds, self.default_relation_threshold
        reached = accepted(scores, thresholds, default)
        calibrated = self._calibrated.get(task, [])
        if all(least is None for least in calibrated):
            return reached
        # Labels without a calibrated threshold are taken from the model's own decisions.
        least = [1.0 if threshold is None else threshold for threshold in calibrated]
        is_set = torch.tensor([each is not None for each in calibrated], device=reached.device)
        return accepted(self.calibrated(scores, task), least, default).where(is_set, reached)

    @contextmanager
    def all_relations(self, least: float) -> Iterator[None]:
        """Accept every relation of at least a probability, while the context lasts.

        Args:
            least: The probability, after calibration.
        """
        thresholds, calibrated = self.relation_thresholds, self._calibrated
        number = len(thresholds)
        self.relation_thresholds = [least] * number
        if calibrated:
            self._calibrated = {**calibrated, "relation": [least] * number}
        try:
            yield
        finally:
            self.relation_thresholds, self._calibrated = thresholds, calibrated

    def adjust(
        self,
        threshold: float | Mapping[str, float] | None = None,
        overlap: Overlap | None = None,
    ) -> None:
        """Change the thresholds or the rule for overlaps after training.

        If the model is calibrated, the thresholds are compared with calibrated probabilities.

        Args:
            threshold: Smallest probability of all relations, or a mapping from entity and
                relation labels to theirs; its key ``"default"`` stands for all relations.
            overlap: As for the class.

        Raises:
            ConfigError: A label does not exist, a number is not a probability, or the overlaps
                of the training data are needed and not known.
        """
        given = threshold if isinstance(threshold, Mapping) else {DEFAULT: threshold}
        current = (self.entity_thresholds, self.relation_thresholds)
        if self._calibrated:
            current = (self._calibrated["entity"], self._calibrated["relation"])
        entities, relations = self._changed_thresholds(given, *current)
        if overlap is not None:
            self._overlap = OverlapRule(overlap, self.vocabulary, self.labels_come_first)
        if self._calibrated:
            self._calibrated = {"entity": entities, "relation": relations}
        else:
            self.entity_thresholds, self.relation_thresholds = entities, relations

    def _changed_thresholds(
        self,
        given: Mapping[str, float | None],
        of_entities: Sequence[float | None],
        of_relations: Sequence[float | None],
    ) -> tuple[list[float | None], list[float | None]]:
        """The thresholds of all entity and relation labels after the given ones are applied."""
        entities, relations = self.vocabulary.entity_labels, self.vocabulary.relation_labels
        changed_entities, changed_relations = list(of_entities), list(of_relations)
        for label, least in given.items():
            if least is not None and not 0 <= least <= 1:
                raise ConfigError(f"threshold {label}={least}: a probability is from 0 to 1")
            if label == DEFAULT:
                if least is not None:
                    changed_relations = [given.get(name, least) for name in relations]
                continue
            if label not in (*entities, *relations):
                names = [*entities, *relations]
                raise ConfigError(
                    f"threshold {label}={least}: the model has no label {label!r}"
                    f"{did_you_mean(label, names)} Accepted: {DEFAULT}, {', '.join(names)}"
                )
            if label in entities:
                changed_entities[entities.index(label)] = least
            if label in relations:
                changed_relations[relations.index(label)] = least
        return changed_entities, changed_relations

    def find_mentions(self, spans: Spans, scores: LabelScores) -> Mentions:
        """The mentions among candidate spans: labels that reach their threshold, overlaps resolved.

        Args:
            spans: Candidate spans, ordered by unit.
            scores: Entity label probabilities of the spans.
        """
        rows, labels = self.accepted(scores, "entity").nonzero().unbind(1)
        probabilities = self.calibrated(scores, "entity").labels[rows, labels]
        keep = self._overlap.keep(spans[rows], labels, probabilities)
        if keep is not None:
            rows, labels, probabilities = rows[keep], labels[keep], probabilities[keep]
        return Mentions(rows, labels, probabilities)

    def given_mentions(self, given: GivenMentions, scores: LabelScores) -> Mentions:
        """Mentions whose spans are given: none is dropped.

        Args:
            given: The mentions.
            scores: Entity label probabilities of the candidate spans.
        """
        probabilities = self.calibrated(scores[given.rows], "entity").labels
        labels = probabilities.argmax(1)
        if given.labels is not None:
            labels = given.labels.where(given.labels >= 0, labels)
        return Mentions(given.rows, labels, probabilities.gather(1, labels[:, None])[:, 0])

    def mentions(self, spans: Spans, scores: LabelScores, given: GivenMentions | None) -> Mentions:
        """The given mentions, or those that :meth:`find_mentions` finds.

        Args:
            spans: Candidate spans, ordered by unit.
            scores: Entity label probabilities of the spans.
            given: The mentions, if they are known.
        """
        if given is None:
            return self.find_mentions(spans, scores)
        return self.given_mentions(given, scores)

    def find_relations(self, scores: LabelScores) -> Relations:
        """The relations among candidate pairs or cells: labels that reach their threshold.

        Args:
            scores: Relation label probabilities of the candidates.
        """
        rows, labels = self.accepted(scores, "relation").nonzero().unbind(1)
        return Relations(rows, labels, self.calibrated(scores, "relation").labels[rows, labels])


def _of_task(calibration: Calibration, task: Task) -> TaskCalibration:
    return calibration.entity if task == "entity" else calibration.relation
