"""The texts of a report as the page's script reads them: compact lists instead of objects."""

from collections.abc import Sequence
from typing import Any

from jointre.data.schema import Document
from jointre.evaluation.errors_by_kind import (
    ENTITY_KINDS,
    RELATION_KINDS,
    DocumentOutcomes,
    EntityItem,
    RelationItem,
    compares_clusters,
    entity_items,
    relation_items,
)
from jointre.evaluation.metric import Metric
from jointre.reports.error_report import Change, ErrorReport

TASKS = ("entity", "relation")
KINDS = list(dict.fromkeys((*ENTITY_KINDS, *RELATION_KINDS)))
"""Kinds of errors in the order of the numbers in a page."""


def page_data(report: ErrorReport) -> dict[str, Any]:
    """The texts with errors, and how they were annotated and predicted.

    A text is a list: id, words, sentences (as first words), the annotated side, one predicted side
    per system, then one list of outcomes per system, then the changes. A side is a list of entities
    ``[label, score, start, end, start, end, …]`` and one of relations ``[label, score, head,
    tail]``. Labels are numbers, scores percentages or null. An outcome is ``[task, kind, gold,
    predicted]`` with numbers in the lists of a side, or null; the correct ones are left out.

    Args:
        report: The report.
    """
    labels = {
        task: {label: number for number, label in enumerate(names)}
        for task, names in report.labels.items()
    }
    changes = report.changes()
    texts = []
    for number, gold in enumerate(report.gold):
        outcomes = [system.outcomes[number] for system in report.systems]
        if not changes[number] and not any(map(_has_errors, outcomes)):
            continue
        sides = [
            _Side(document, report.metric, labels)
            for document in (gold, *(system.predicted[number] for system in report.systems))
        ]
        texts.append(
            [
                gold.id,
                list(gold.tokens),
                [start for start, _ in gold.sentences[1:]],
                *(side.lists() for side in sides),
                *(
                    _outcomes(each, sides[0], side)
                    for each, side in zip(outcomes, sides[1:], strict=True)
                ),
                [_change(change, sides) for change in changes[number]],
            ]
        )
    return {
        "systems": [system.name for system in report.systems],
        "entityLabels": list(report.labels["entity"]),
        "relationLabels": list(report.labels["relation"]),
        "kinds": KINDS,
        "texts": texts,
    }


def _has_errors(outcomes: DocumentOutcomes) -> bool:
    return any(outcome.kind != "correct" for _, outcome in outcomes.by_task())


class _Side:
    """One annotation of a document, whose entities and relations have numbers.

    Args:
        document: Gold or predicted document.
        metric: The protocol.
        labels: Number of each label, by task.
    """

    def __init__(
        self, document: Document, metric: Metric, labels: dict[str, dict[str, int]]
    ) -> None:
        clustered = compares_clusters(metric)
        symmetric = frozenset[str]() if clustered else metric.symmetric
        self._labels = labels
        self._entities = dict(entity_items(document, clustered))
        self._relations = dict(relation_items(document, symmetric, clustered))
        for relation in self._relations:
            for argument in (relation.head, relation.tail):
                self._entities.setdefault(argument, None)
        self._numbers: dict[Any, int] = {item: i for i, item in enumerate(self._entities)}
        self._relation_numbers = {item: i for i, item in enumerate(self._relations)}

    def number(self, item: EntityItem | RelationItem | None) -> int | None:
        """The number of an item of this side; None for others."""
        if isinstance(item, RelationItem):
            return self._relation_numbers.get(item)
        return self._numbers.get(item)

    def lists(self) -> list[Any]:
        """The entities and the relations as lists."""
        entity_labels, relation_labels = self._labels["entity"], self._labels["relation"]
        return [
            [
                [
                    -1 if item.label is None else entity_labels[item.label],
                    _percent(score),
                    *(border for span in item.mentions for border in span),
                ]
                for item, score in self._entities.items()
            ],
            [
                [
                    relation_labels[item.label],
                    _percent(score),
                    self._numbers[item.head],
                    self._numbers[item.tail],
                ]
                for item, score in self._relations.items()
            ],
        ]


def _outcomes(outcomes: DocumentOutcomes, gold: _Side, predicted: _Side) -> list[list[int | None]]:
    return [
        [
            TASKS.index(task),
            KINDS.index(outcome.kind),
            gold.number(outcome.gold),
            predicted.number(outcome.predicted),
        ]
        for task, outcome in outcomes.by_task()
        if outcome.kind != "correct"
    ]


def _change(change: Change, sides: Sequence[_Side]) -> list[int | None]:
    """Task, whether it was fixed, and the number of the item on each side."""
    numbers = (side.number(change.item) for side in sides)
    return [TASKS.index(change.task), int(change.fixed), *numbers]


def _percent(score: float | None) -> int | None:
    return None if score is None else round(100 * score)
