"""Calibration: temperature and bias per task and thresholds per label, fitted on annotated data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jointre.errors import DataError, abbreviated

MAX_TEMPERATURE = 100.0
MAX_BIAS = 100.0


@dataclass(frozen=True, slots=True)
class TaskCalibration:
    """What calibration changes in a task.

    Args:
        temperature: Number by which log-odds are divided (log-probabilities where labels exclude
            one another), so that probabilities are as often right as they say; 1: no change.
        bias: Number that is added to the log-odds afterwards. A loss that weights positive examples
            more than others makes probabilities too large, which a temperature cannot correct.
        thresholds: Minimum calibrated probability of labels; other labels keep the model's own
            rule.
    """

    temperature: float = 1.0
    bias: float = 0.0
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "temperature": self.temperature,
            "bias": self.bias,
            "thresholds": dict(self.thresholds),
        }

    @classmethod
    def from_dict(cls, content: Any, task: str, labels: Sequence[str]) -> "TaskCalibration":
        """Read what :meth:`to_dict` wrote.

        Args:
            content: The plain values.
            task: Name of the task, for messages.
            labels: The labels that the model knows.

        Raises:
            DataError: A value has another type, is out of range, or names an unknown label.
        """
        keys = {"temperature", "bias", "thresholds"}
        if not isinstance(content, dict) or content.keys() != keys:
            raise DataError(f"{task} must be an object with 'temperature', 'bias' and 'thresholds'")
        temperature, bias = content["temperature"], content["bias"]
        thresholds = content["thresholds"]
        if not _is_number(temperature) or not 1 / MAX_TEMPERATURE <= temperature <= MAX_TEMPERATURE:
            raise DataError(
                f"{task}.temperature is {abbreviated(temperature)}, but must be a number from "
                f"{1 / MAX_TEMPERATURE:g} to {MAX_TEMPERATURE:g}"
            )
        if not _is_number(bias) or not -MAX_BIAS <= bias <= MAX_BIAS:
            raise DataError(
                f"{task}.bias is {abbreviated(bias)}, but must be a number from {-MAX_BIAS:g} to "
                f"{MAX_BIAS:g}"
            )
        if not isinstance(thresholds, dict):
            raise DataError(f"{task}.thresholds must be an object")
        for label, least in thresholds.items():
            if label not in labels:
                raise DataError(f"{task}.thresholds has the unknown label {abbreviated(label)}")
            if not _is_number(least) or not 0 <= least <= 1:
                raise DataError(
                    f"{task}.thresholds.{abbreviated(label)} is {abbreviated(least)}, but must be "
                    "a probability from 0 to 1"
                )
        return cls(
            float(temperature), float(bias), {label: float(x) for label, x in thresholds.items()}
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """The calibration of a model.

    Args:
        entity: Calibration of the entity labels.
        relation: Calibration of the relation labels.
        about: Facts about how it was fitted: data, objective and measured gains.
    """

    entity: TaskCalibration = field(default_factory=TaskCalibration)
    relation: TaskCalibration = field(default_factory=TaskCalibration)
    about: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "entity": self.entity.to_dict(),
            "relation": self.relation.to_dict(),
            "about": dict(self.about),
        }

    @classmethod
    def from_dict(
        cls, content: Any, entity_labels: Sequence[str], relation_labels: Sequence[str]
    ) -> "Calibration":
        """Read what :meth:`to_dict` wrote.

        Args:
            content: The plain values.
            entity_labels: Entity labels of the model.
            relation_labels: Relation labels of the model.

        Raises:
            DataError: A part is missing or wrong.
        """
        if not isinstance(content, dict) or content.keys() != {"entity", "relation", "about"}:
            raise DataError("a calibration is an object with 'entity', 'relation' and 'about'")
        if not isinstance(content["about"], dict):
            raise DataError("about must be an object")
        return cls(
            TaskCalibration.from_dict(content["entity"], "entity", entity_labels),
            TaskCalibration.from_dict(content["relation"], "relation", relation_labels),
            content["about"],
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
