"""Mentions and triples of sentence-level documents, their keys, and how keys are counted."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from jointre.data.schema import Document, Span
from jointre.errors import DataError
from jointre.evaluation.report import Counts, Tally
from jointre.plurals import counted

T = TypeVar("T")

Key = tuple[Hashable, ...]
"""Value that is equal for items that match; its last part is the label that is counted."""


class Mention(NamedTuple):
    """A span in tokens with its entity label."""

    start: int
    end: int
    label: str | None

    @property
    def span(self) -> Span:
        """The boundaries alone."""
        return Span(self.start, self.end)

    def overlaps(self, other: "Mention") -> bool:
        """Whether the two share a token."""
        return self.start < other.end and other.start < self.end


class Triple(NamedTuple):
    """A relation with its arguments written out."""

    head: Mention
    tail: Mention
    label: str

    @property
    def boundary(self) -> Key:
        """Both spans and the label: what "Rel" compares."""
        return (self.head[:2], self.tail[:2], self.label)

    @property
    def strict(self) -> Key:
        """Both spans with their entity types and the label: what "Rel+" compares."""
        return self

    def reversed(self) -> "Triple":
        """The triple with head and tail exchanged."""
        return Triple(self.tail, self.head, self.label)


def mentions(document: Document) -> list[tuple[Mention, float | None]]:
    """All mentions of entities with a label, with their scores."""
    scored_mentions = []
    for entity in document.entities:
        if entity.label is None:
            continue
        scores = entity.mention_scores or (entity.score,) * len(entity.mentions)
        for span, score in zip(entity.mentions, scores, strict=True):
            scored_mentions.append((Mention(span.start, span.end, entity.label), score))
    return scored_mentions


def triples(document: Document, protocol: str) -> list[tuple[Triple, float | None]]:
    """Every relation of a document, with its score, in order.

    Args:
        document: Gold or predicted document.
        protocol: Name of the protocol, for the message.

    Raises:
        DataError: An argument has several mentions.
    """
    single = [
        Mention(*entity.mentions[0], entity.label) if len(entity.mentions) == 1 else None
        for entity in document.entities
    ]
    scored_triples = []
    for index, relation in enumerate(document.relations):
        head, tail = single[relation.head], single[relation.tail]
        if head is None or tail is None:
            argument = document.entities[relation.head if head is None else relation.tail]
            raise DataError(
                f"document {document.id!r}: relation {index} ({relation.label}) links an "
                f"entity of {counted(len(argument.mentions), 'mentions')}; protocol {protocol!r} "
                "is for one-mention entities, choose a document protocol"
            )
        scored_triples.append((Triple(head, tail, relation.label), relation.score))
    return scored_triples


def left_to_right(triple: Triple, symmetric: frozenset[str]) -> Triple:
    """A symmetric relation read from its left argument.

    Only starts are compared: two arguments that start together keep their order.
    """
    if triple.label in symmetric and triple.tail.start < triple.head.start:
        return triple.reversed()
    return triple


def by_score(items: Sequence[tuple[T, float | None]]) -> list[T]:
    """Items by descending score; ties keep their order, and items without a score are last."""
    ranked = sorted(items, key=lambda item: float("inf") if item[1] is None else -item[1])
    return [item for item, _ in ranked]


def suppress(boxes: Sequence[Sequence[Mention]]) -> list[int]:
    """Greedy removal: indices of the boxes that overlap no earlier box that was selected.

    Args:
        boxes: Boxes, best first; each has the same number of mentions, and two boxes overlap if
            all their mentions do.
    """
    if len(boxes) < 2:
        return list(range(len(boxes)))
    starts = np.array([[mention.start for mention in box] for box in boxes])
    ends = np.array([[mention.end for mention in box] for box in boxes])
    available = np.ones(len(boxes), dtype=bool)
    selected = []
    for index in range(len(boxes)):
        if available[index]:
            selected.append(index)
            overlap = (starts < ends[index]) & (starts[index] < ends)
            available &= ~overlap.all(axis=1)
    return selected


def match_sets(gold: Iterable[Key], predicted: Iterable[Key]) -> Tally:
    """Counts by label, where repeated keys count once."""
    gold_keys, predicted_keys = set(gold), set(predicted)
    return count(gold_keys & predicted_keys, predicted_keys, gold_keys)


def match_lists(gold: Iterable[Key], predicted: Iterable[Key]) -> Tally:
    """Counts by label, where every repetition counts, and each gold key matches once."""
    gold_keys, predicted_keys = Counter(gold), Counter(predicted)
    correct = gold_keys & predicted_keys
    return count(correct.elements(), predicted_keys.elements(), gold_keys.elements())


def count(tp: Iterable[Key], predicted: Iterable[Key], gold: Iterable[Key]) -> Tally:
    """Counts by label of the correct, the predicted and the gold keys."""
    columns = [Counter(str(key[-1]) for key in keys) for keys in (tp, predicted, gold)]
    labels = set().union(*columns)
    return {label: Counts(*(column[label] for column in columns)) for label in labels}
