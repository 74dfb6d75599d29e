"""Scores of parts of the data: long entities, distant arguments, texts not seen in training.

A slice divides gold and predicted items into groups by one property. An item that is correct is in
the same group on both sides, so each group has precision, recall and F1 of its own.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Generic

from jointre.data.schema import Document, Span
from jointre.data.sentences import sentences_of
from jointre.evaluation.errors_by_kind import (
    DocumentOutcomes,
    EntityItem,
    Item,
    Outcome,
    RelationItem,
)
from jointre.evaluation.report import Counts, Ratios

UNSEEN, OTHER_LABEL, SAME_LABEL = "not annotated", "annotated with another label", "annotated"


@dataclass(frozen=True, slots=True)
class TrainingItems:
    """What the training data annotates.

    Args:
        labels_of: How often each text, in lower case, is annotated with each label.
        relation_labels: Number of relations of each label.
        triples: Texts of head and tail, in lower case, with the label.
    """

    labels_of: dict[str, Counter[str]] = field(default_factory=dict)
    relation_labels: Counter[str] = field(default_factory=Counter)
    triples: set[tuple[str, str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "TrainingItems":
        """Collect the annotations of training documents."""
        items = cls()
        for document in documents:
            texts = [
                [document.text_of(span).lower() for span in entity.mentions]
                for entity in document.entities
            ]
            for entity, mentions in zip(document.entities, texts, strict=True):
                for text in mentions:
                    if entity.label is not None:
                        items.labels_of.setdefault(text, Counter())[entity.label] += 1
            for relation in document.relations:
                items.relation_labels[relation.label] += 1
                for head in texts[relation.head]:
                    for tail in texts[relation.tail]:
                        items.triples.add((head, tail, relation.label))
        return items


@dataclass(frozen=True, slots=True)
class Slice:
    """Scores of the groups of a slice.

    Args:
        name: Property by which items are divided.
        task: Task, ``"entity"`` or ``"relation"``.
        groups: Scores of each group that has items, in order.
        order: Names of all groups.
    """

    name: str
    task: str
    groups: dict[str, Ratios]
    order: Sequence[str]

    def to_dict(self) -> dict[str, Any]:
        """The numbers by name."""
        groups = {
            name: {**scores.to_dict(), "predicted": scores.counts.predicted if scores.counts else 0}
            for name, scores in self.groups.items()
        }
        return {"name": self.name, "task": self.task, "groups": groups}


@dataclass(frozen=True, slots=True)
class _Property(Generic[Item]):
    """A property of items.

    Args:
        name: Its name.
        groups: The groups in order.
        group: Number of the group of an item.
    """

    name: str
    groups: Sequence[str]
    group: Callable[[Document, Item], int]


def slices(
    gold: Sequence[Document],
    outcomes: Sequence[DocumentOutcomes],
    clustered: bool,
    training: TrainingItems | None = None,
) -> list[Slice]:
    """The scores of all slices.

    Args:
        gold: Annotated documents.
        outcomes: The outcomes of each document.
        clustered: Whether entities are clusters of mentions.
        training: Annotations of the training data; None: no slices by what was seen in training.
    """
    entities = [(d, each.entities) for d, each in zip(gold, outcomes, strict=True)]
    relations = [(d, each.relations) for d, each in zip(gold, outcomes, strict=True)]
    return [
        *(_sliced("entity", p, entities) for p in _entity_properties(clustered, training)),
        *(_sliced("relation", p, relations) for p in _relation_properties(clustered, training)),
    ]


def _sliced(
    task: str,
    by: _Property[Item],
    documents: Iterable[tuple[Document, Sequence[Outcome[Item]]]],
) -> Slice:
    counts = [Counts(0, 0, 0)] * len(by.groups)
    for document, outcomes in documents:
        for outcome in outcomes:
            if outcome.gold is not None and outcome.kind == "correct":
                group = by.group(document, outcome.gold)
                counts[group] = counts[group].plus(Counts(1, 1, 1))
                continue
            if outcome.gold is not None:
                group = by.group(document, outcome.gold)
                counts[group] = counts[group].plus(Counts(0, 0, 1))
            if outcome.predicted is not None:
                group = by.group(document, outcome.predicted)
                counts[group] = counts[group].plus(Counts(0, 1, 0))
    ratios = {
        name: Ratios.of(each) for name, each in zip(by.groups, counts, strict=True) if any(each)
    }
    return Slice(by.name, task, ratios, tuple(by.groups))


def _by_number(
    name: str, borders: Sequence[int], number: Callable[[Document, Item], int]
) -> _Property[Item]:
    """A property with a number, in groups that begin at the borders; the last one has no end."""
    groups = [
        f"{low}" if high == low + 1 else f"{low}–{high - 1}" for low, high in pairwise(borders)
    ]
    return _Property(
        name,
        [*groups, f"{borders[-1]} or more"],
        lambda document, item: max(0, bisect_right(borders, number(document, item)) - 1),
    )


def _entity_properties(
    clustered: bool, training: TrainingItems | None
) -> list[_Property[EntityItem]]:
    properties: list[_Property[EntityItem]] = [
        _by_number("words of the entity", (1, 2, 3, 4, 5, 6, 9), lambda _, e: e.mentions[0].width),
        _by_number("words of its sentence", (1, 11, 21, 31, 41, 61), _sentence_of_entity),
    ]
    if clustered:
        properties.append(
            _by_number("mentions of the entity", (1, 2, 3, 5, 9), lambda _, e: len(e.mentions))
        )
    if training is None:
        return properties

    def times(document: Document, item: EntityItem) -> int:
        counts = training.labels_of.get(document.text_of(item.mentions[0]).lower(), Counter())
        return counts.total()

    def seen(document: Document, item: EntityItem) -> int:
        text = document.text_of(item.mentions[0]).lower()
        known = training.labels_of.get(text, Counter())
        return 2 if item.label in known else bool(known)

    return [
        *properties,
        _by_number("times that its text is annotated in training", (0, 1, 2, 5, 20), times),
        _Property("its text in training", (UNSEEN, OTHER_LABEL, SAME_LABEL), seen),
    ]


def _relation_properties(
    clustered: bool, training: TrainingItems | None
) -> list[_Property[RelationItem]]:
    properties: list[_Property[RelationItem]] = [
        _by_number("words between the arguments", (0, 1, 3, 6, 11, 21, 41), _distance),
        _by_number("words of the head's sentence", (1, 11, 21, 31, 41, 61), _sentence_of_relation),
    ]
    if clustered:
        properties.append(
            _by_number("sentences between the arguments", (0, 1, 2, 4, 8), _sentence_distance)
        )
    if training is None:
        return properties

    def frequency(_: Document, item: RelationItem) -> int:
        return training.relation_labels[item.label]

    def arguments_seen(document: Document, item: RelationItem) -> int:
        return sum(
            any(document.text_of(span).lower() in training.labels_of for span in each.mentions)
            for each in (item.head, item.tail)
        )

    def triple_seen(document: Document, item: RelationItem) -> int:
        heads, tails = (
            [document.text_of(span).lower() for span in each.mentions]
            for each in (item.head, item.tail)
        )
        return any((head, tail, item.label) in training.triples for head in heads for tail in tails)

    names = ("no", "yes")
    return [
        *properties,
        _by_number("relations of its label in training", (0, 1, 10, 100, 1000), frequency),
        _Property("arguments annotated in training", ("none", "one", "both"), arguments_seen),
        _Property("the same relation of the same texts in training", names, triple_seen),
    ]


def _sentence(document: Document, span: Span) -> tuple[int, Span]:
    """Number and borders of the sentence in which a span begins."""
    borders = sentences_of(document)
    number = bisect_right(borders, span.start, key=lambda border: border.start) - 1
    return number, borders[number]


def _sentence_of_entity(document: Document, item: EntityItem) -> int:
    return _sentence(document, item.mentions[0])[1].width


def _sentence_of_relation(document: Document, item: RelationItem) -> int:
    return _sentence(document, item.head.mentions[0])[1].width


def _distance(document: Document, item: RelationItem) -> int:
    """Words between the closest mentions of both arguments; 0 if they overlap."""
    return min(
        max(0, tail.start - head.end, head.start - tail.end)
        for head in item.head.mentions
        for tail in item.tail.mentions
    )


def _sentence_distance(document: Document, item: RelationItem) -> int:
    """Number of sentences between the closest mentions of both arguments; 0 in one sentence."""
    heads, tails = (
        {_sentence(document, span)[0] for span in each.mentions} for each in (item.head, item.tail)
    )
    return min(abs(head - tail) for head in heads for tail in tails)
