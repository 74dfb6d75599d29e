"""Span, Entity, Relation and Triple: the parts of a Document."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from jointre.errors import DataError


class Span(NamedTuple):
    """A stretch of tokens, half-open: ``start`` is inside, ``end`` is not.

    Args:
        start: the first token.
        end: the token after the last.

    Example:
        >>> Span(2, 5).width
        3
    """

    start: int
    end: int

    @property
    def width(self) -> int:
        """Number of tokens."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Entity:
    """A label and the mentions that carry it (one mention in sentence-level data).

    Args:
        label: entity type, or None when only the mentions are known.
        mentions: the spans that name the entity, at least one.
        score: probability of the label, in 0..1, for predictions.
        mention_scores: one probability a mention, for models that score mentions.
        id: the entity's name in its source (a MeSH number, say), if any.

    Example:
        >>> Entity("Person", (Span(0, 2), Span(7, 8))).span
        Span(start=0, end=2)
    """

    label: str | None
    mentions: tuple[Span, ...]
    score: float | None = field(default=None, compare=False)
    mention_scores: tuple[float, ...] | None = field(default=None, compare=False)
    id: str | None = None

    @property
    def span(self) -> Span:
        """The first mention; the only one in sentence-level data."""
        return self.mentions[0]


@dataclass(frozen=True, slots=True)
class Relation:
    """A labelled, directed link between two entities of one document.

    Args:
        label: relation type.
        head: index of the head in the document's entities.
        tail: index of the tail in the document's entities.
        score: the relation's own probability in 0..1, not multiplied by its entities'.
        evidence: indices of the sentences that support it, where a corpus says so.

    Example:
        >>> Relation("lives in", head=0, tail=1).label
        'lives in'
    """

    label: str
    head: int
    tail: int
    score: float | None = field(default=None, compare=False)
    evidence: tuple[int, ...] = ()


class Triple(NamedTuple):
    """A relation in words.

    Args:
        head_text: Text of the head's first mention.
        label: Relation type.
        tail_text: Text of the tail's first mention.
        score: Probability of the relation, for predictions.
    """

    head_text: str
    label: str
    tail_text: str
    score: float | None


def renumbered(
    kept: Sequence[int], relations: Sequence[Relation], clusters: Sequence[Sequence[int]]
) -> tuple[tuple[Relation, ...], tuple[tuple[int, ...], ...]]:
    """Relations and clusters among the entities that are kept, by their new indices.

    Args:
        kept: old indices of the entities that stay, in their new order.
        relations: Relations of all entities; those whose head or tail goes are dropped.
        clusters: Clusters of all entities; they lose members, and vanish with the last.
    """
    new = {old: index for index, old in enumerate(kept)}
    linked = tuple(
        replace(relation, head=new[relation.head], tail=new[relation.tail])
        for relation in relations
        if relation.head in new and relation.tail in new
    )
    groups = [(group, tuple(new[old] for old in group if old in new)) for group in clusters]
    return linked, tuple(shorter for group, shorter in groups if shorter or not group)


def check_sentences(borders: Sequence[Span], size: int, location: str) -> None:
    """Check that sentences follow one another and cover all tokens.

    Args:
        borders: The sentences, as spans of tokens.
        size: Number of tokens.
        location: Location of the sentences, for messages.

    Raises:
        DataError: The sentences leave a gap, overlap or stop before the end.
    """
    at = 0
    for index, (start, end) in enumerate(borders):
        if start != at or end < start:
            raise DataError(
                f"{location}: sentence {index} is [{start}, {end}), but must begin at {at}; "
                "sentences follow one another and cover all tokens"
            )
        at = end
    if at != size:
        raise DataError(f"{location}: the sentences end at {at}, but there are {size} tokens")
