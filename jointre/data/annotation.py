"""Span, Entity, Relation and Triple: the parts of a Document."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from jointre.errors import DataError


class Span(NamedTuple):
    """A stretch of tokens, half-open: ``start`` is inside, ``end`` is not.

    Args:
        start: First token.
        end: Token after the last one.

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
        label: Entity type; None if only the mentions are known.
        mentions: Spans that name the entity, at least one.
        score: Probability of the label, for predictions.
        mention_scores: One probability per mention, for models that score mentions.
        id: Name of the entity in its source, for example a MeSH number.

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
        label: Relation type.
        head: Index of the head in the document's entities.
        tail: Index of the tail in the document's entities.
        score: Probability of the relation, not multiplied by those of its entities.
        evidence: Indices of the sentences that support the relation, if the corpus lists them.

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
    kept_rows: Sequence[int], relations: Sequence[Relation], clusters: Sequence[Sequence[int]]
) -> tuple[tuple[Relation, ...], tuple[tuple[int, ...], ...]]:
    """Relations and clusters among the entities that are kept, by their new indices.

    Args:
        kept_rows: Old indices of the entities that are kept, in their new order.
        relations: Relations of all entities; those of other entities are dropped.
        clusters: Clusters of all entities; other entities are removed from them, and a cluster
            that becomes empty is dropped.
    """
    new_index = {old: index for index, old in enumerate(kept_rows)}
    linked = tuple(
        replace(relation, head=new_index[relation.head], tail=new_index[relation.tail])
        for relation in relations
        if relation.head in new_index and relation.tail in new_index
    )
    groups = [
        (group, tuple(new_index[old] for old in group if old in new_index)) for group in clusters
    ]
    return linked, tuple(
        kept_members for group, kept_members in groups if kept_members or not group
    )


def check_sentences(borders: Sequence[Span], size: int, location: str) -> None:
    """Check that sentences follow one another and cover all tokens.

    Args:
        borders: The sentences, as spans of tokens.
        size: Number of tokens.
        location: Location of the sentences, for messages.

    Raises:
        DataError: The sentences leave a gap, overlap or stop before the end.
    """
    previous_end = 0
    for index, (start, end) in enumerate(borders):
        if start != previous_end or end < start:
            raise DataError(
                f"{location}: sentence {index} is [{start}, {end}), but must begin at "
                f"{previous_end}; sentences follow one another and cover all tokens"
            )
        previous_end = end
    if previous_end != size:
        raise DataError(
            f"{location}: the sentences end at {previous_end}, but there are {size} tokens"
        )
