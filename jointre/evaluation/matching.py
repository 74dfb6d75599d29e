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
"""What must be equal to match; its last part is the label under which it is counted."""


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
        """The same link read from its tail."""
        return Triple(self.tail, self.head, self.label)


def mentions(document: Document) -> list[tuple[Mention, float | None]]:
    """Every mention of every labelled entity with its score; unlabelled ones are not entities."""
    found = []
    for entity in document.entities:
        if entity.label is None:
            continue
        scores = entity.mention_scores or (entity.score,) * len(entity.mentions)
        for span, score in zip(entity.mentions, scores, strict=True):
            found.append((Mention(span.start, span.end, entity.label), score))
    return found


def triples(document: Document, protocol: str) -> list[tuple[Triple, float | None]]:
    """Every relation of a document, with its score, in order.

    Args:
        document: gold or predicted.
        protocol: its name, for the message.

    Raises:
        DataError: an argument has several mentions, so that it has no one span.
    """
    single = [
        Mention(*entity.mentions[0], entity.label) if len(entity.mentions) == 1 else None
        for entity in document.entities
    ]
    found = []
    for index, relation in enumerate(document.relations):
        head, tail = single[relation.head], single[relation.tail]
        if head is None or tail is None:
            wrong = document.entities[relation.head if head is None else relation.tail]
            raise DataError(
                f"document {document.id!r}: relation {index} ({relation.label}) links an "
                f"entity of {counted(len(wrong.mentions), 'mentions')}; protocol {protocol!r} "
                "is for "
                "one-mention entities, choose a document protocol"
            )
        found.append((Triple(head, tail, relation.label), relation.score))
    return found


def left_to_right(triple: Triple, symmetric: frozenset[str]) -> Triple:
    """A symmetric relation read from its left argument.

    Only starts are compared: two arguments that start together keep their order.
    """
    if triple.label in symmetric and triple.tail.start < triple.head.start:
        return triple.reversed()
    return triple


def by_score(items: Sequence[tuple[T, float | None]]) -> list[T]:
    """Items with the highest score first; equal scores keep their order, no score comes last."""
    ranked = sorted(items, key=lambda item: float("inf") if item[1] is None else -item[1])
    return [item for item, _ in ranked]


def suppress(boxes: Sequence[Sequence[Mention]]) -> list[int]:
    """Greedy removal: indices of the boxes that overlap no box kept before them.

    Args:
        boxes: best first; each has the same number of mentions, and two boxes overlap
            when they do so in every mention.
    """
    if len(boxes) < 2:
        return list(range(len(boxes)))
    starts = np.array([[mention.start for mention in box] for box in boxes])
    ends = np.array([[mention.end for mention in box] for box in boxes])
    alive = np.ones(len(boxes), dtype=bool)
    kept = []
    for index in range(len(boxes)):
        if alive[index]:
            kept.append(index)
            overlap = (starts < ends[index]) & (starts[index] < ends)
            alive &= ~overlap.all(axis=1)
    return kept


def match_sets(gold: Iterable[Key], predicted: Iterable[Key]) -> Tally:
    """Counts by label when repeated keys count once."""
    wanted, given = set(gold), set(predicted)
    return count(wanted & given, given, wanted)


def match_lists(gold: Iterable[Key], predicted: Iterable[Key]) -> Tally:
    """Counts by label when every repetition counts, and one gold key is found only once."""
    wanted, given = Counter(gold), Counter(predicted)
    return count((wanted & given).elements(), given.elements(), wanted.elements())


def count(tp: Iterable[Key], predicted: Iterable[Key], gold: Iterable[Key]) -> Tally:
    """Counts by label from the right, the predicted and the gold keys."""
    columns = [Counter(str(key[-1]) for key in keys) for keys in (tp, predicted, gold)]
    labels = set().union(*columns)
    return {label: Counts(*(column[label] for column in columns)) for label in labels}
