"""The content of an error report, from which the page and the JSON file are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Le

from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError
from jointre.evaluation.document_counts import Row
from jointre.evaluation.errors_by_kind import (
    DocumentOutcomes,
    EntityItem,
    RelationItem,
    compares_clusters,
    confusion,
    errors_by_kind,
)
from jointre.evaluation.metric import Metric
from jointre.evaluation.score_curves import (
    ScoredItems,
    average_precision,
    calibration_error,
    precision_recall,
    reliability,
)
from jointre.evaluation.significance import Comparison, compare
from jointre.evaluation.slices import Slice, TrainingItems, slices
from jointre.reports.suspects import Suspect, suspects
from jointre.reports.system import System, labels_of

ALL = "all labels"
CURVE_POINTS = 100


@dataclass(frozen=True, slots=True)
class Change:
    """An item that only one of two systems gets right.

    Args:
        task: Task, ``"entity"`` or ``"relation"``.
        fixed: Whether it is the second system that gets it right.
        item: An annotated item that one of them misses, or a wrong prediction of one of them.
        annotated: Whether the item is annotated.
    """

    task: str
    fixed: bool
    item: EntityItem | RelationItem
    annotated: bool


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """What one or two systems get wrong on annotated data.

    Args:
        data: Name of the data.
        gold: The annotated documents.
        metric: The protocol.
        systems: One system, or two.
        labels: All labels by task.
        slices: Scores of parts of the data, for each system.
        suspects: Annotations that the first system contradicts.
        comparison: The differences of two systems; None with one.
        notes: Remarks for the reader, such as what is missing and why.
    """

    data: str
    gold: Sequence[Document]
    metric: Metric
    systems: Sequence[System]
    labels: Mapping[str, Sequence[str]]
    slices: Sequence[Sequence[Slice]]
    suspects: Sequence[Suspect]
    comparison: Comparison | None
    notes: Sequence[str]

    @classmethod
    def of(
        cls,
        data: str,
        gold: Sequence[Document],
        metric: Metric,
        systems: Sequence[System],
        *,
        vocabulary: Vocabulary | None = None,
        training: TrainingItems | None = None,
        suspect_count: Annotated[int, Ge(0), Le(1_000_000)] = 200,
        notes: Sequence[str] = (),
    ) -> "ErrorReport":
        """Compute everything that the report shows.

        Args:
            data: Name of the data.
            gold: The annotated documents.
            metric: The protocol.
            systems: One system, or two that are compared.
            vocabulary: The labels of the model, which come first in tables.
            training: Annotations of the training data, for the scores of seen and unseen items.
            suspect_count: Largest number of suspect annotations.
            notes: Remarks for the reader.

        Raises:
            DataError: The data is empty.
        """
        if not gold:
            raise DataError(f"{data}: has no documents, so there is nothing to report")
        clustered = compares_clusters(metric)
        comparison = None
        if len(systems) > 1:
            predicted = [system.predicted for system in systems]
            comparison = compare(metric, gold, predicted[0], predicted[1], resamples=2000)
        return cls(
            data,
            gold,
            metric,
            systems,
            labels_of(systems, vocabulary),
            [slices(gold, system.outcomes, clustered, training) for system in systems],
            suspects(gold, systems[0], metric, suspect_count),
            comparison,
            tuple(notes),
        )

    def to_dict(self) -> dict[str, Any]:
        """All numbers, for a file of JSON."""
        return {
            "data": self.data,
            "protocol": self.metric.registered_name,
            "documents": len(self.gold),
            "notes": list(self.notes),
            "systems": [
                {
                    "name": system.name,
                    "scores": system.scores.to_dict(),
                    "intervals": _intervals(system),
                    "errors": errors_by_kind(system.outcomes),
                    "confusion": self._confusion(system),
                    "slices": [each.to_dict() for each in made],
                    "curves": curves(system),
                }
                for system, made in zip(self.systems, self.slices, strict=True)
            ],
            "comparison": None if self.comparison is None else self.comparison.to_dict(),
            "changes": self.change_counts(),
            "suspects": [each.to_dict(self.gold[each.document]) for each in self.suspects],
        }

    def changes(self) -> list[list[Change]]:
        """What only one of two systems gets right, by document; nothing with one system."""
        if len(self.systems) < 2:
            return [[] for _ in self.gold]
        first, second = (system.outcomes for system in self.systems)
        return [_changes(one, other) for one, other in zip(first, second, strict=True)]

    def change_counts(self) -> dict[str, dict[str, int]] | None:
        """Number of items that only one of two systems gets right; None with one system."""
        if len(self.systems) < 2:
            return None
        counts = {task: {"fixed": 0, "broken": 0} for task in ("entity", "relation")}
        for document in self.changes():
            for change in document:
                counts[change.task]["fixed" if change.fixed else "broken"] += 1
        return counts

    def _confusion(self, system: System) -> dict[str, list[dict[str, Any]]]:
        entities = confusion(each for document in system.outcomes for each in document.entities)
        relations = confusion(each for document in system.outcomes for each in document.relations)
        return {
            task: [
                {"gold": gold, "predicted": predicted, "count": count}
                for (gold, predicted), count in sorted(
                    found.items(), key=lambda pair: (-pair[1], str(pair[0]))
                )
            ]
            for task, found in (("entity", entities), ("relation", relations))
        }


def _intervals(system: System) -> list[dict[str, Any]]:
    return [
        {
            "block": row.block,
            "label": row.label,
            "f1": interval.f1,
            "low": interval.low,
            "high": interval.high,
        }
        for row, interval in system.intervals.items()
    ]


def interval_text(system: System, block: str, label: str) -> str:
    """An interval in percent; "" if there is none.

    Args:
        system: The system.
        block: Block of the protocol.
        label: Label, or ``micro`` or ``macro``.
    """
    found = system.intervals.get(Row(block, label))
    return "" if found is None else f"{100 * found.low:.1f} – {100 * found.high:.1f}"


def curves(system: System) -> dict[str, dict[str, dict[str, Any]]]:
    """Curves by task and label, and those of all labels together.

    Args:
        system: The system.
    """
    return {
        task: {
            label: _curve(items)
            for label, items in (
                *([(ALL, ScoredItems.cat(list(labels.values())))] if labels else []),
                *labels.items(),
            )
            if len(items.probabilities)
        }
        for task, labels in system.curves.items()
    }


def _curve(items: ScoredItems) -> dict[str, Any]:
    """Points of the curve, its area, and how well probabilities are calibrated.

    The reliability is that of items of at least 10 %, because nearly all others are wrong and
    their number depends on how many candidates a model has.
    """
    precision, recall, thresholds = precision_recall(items)
    chosen = np.unique(np.linspace(0, len(recall) - 1, CURVE_POINTS).round().astype(int))
    likely = int((items.probabilities >= 0.1).sum())
    shown = ScoredItems(items.probabilities[:likely], items.correct[:likely], items.gold)
    points = np.stack([recall[chosen], precision[chosen], thresholds[chosen]], 1)
    return {
        "gold": items.gold,
        "average_precision": average_precision(items),
        "calibration_error": calibration_error(shown),
        "points": points.round(4).tolist(),
        "bins": [each.to_dict() for each in reliability(shown)],
    }


def _changes(one: DocumentOutcomes, other: DocumentOutcomes) -> list[Change]:
    """Annotated items that one system misses, and wrong predictions of one system only."""
    found = []
    for task in ("entity", "relation"):
        sides = [
            document.entities if task == "entity" else document.relations
            for document in (one, other)
        ]
        right = [{each.gold for each in side if each.kind == "correct"} for side in sides]
        wrong = [
            dict.fromkeys(
                each.predicted
                for each in side
                if each.kind != "correct" and each.predicted is not None
            )
            for side in sides
        ]
        gold = dict.fromkeys(each.gold for each in sides[0] if each.gold is not None)
        for item in gold:
            if (item in right[0]) != (item in right[1]):
                found.append(Change(task, item in right[1], item, True))
        found += [Change(task, True, item, False) for item in wrong[0] if item not in wrong[1]]
        found += [Change(task, False, item, False) for item in wrong[1] if item not in wrong[0]]
    return found
