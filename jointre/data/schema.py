"""Span, Entity, Relation, Document: the frozen records every part of jointre speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from jointre.errors import DataError


class Span(NamedTuple):
    """A stretch of tokens, half-open: ``start`` is inside, ``end`` is not."""

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
    """

    label: str
    head: int
    tail: int
    score: float | None = field(default=None, compare=False)
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A tokenised text with its entities and relations; a sentence is a Document too.

    Args:
        id: names the document; unique within a file.
        tokens: the words.
        text: the raw text, when known.
        offsets: one ``(start, end)`` pair of characters of ``text`` for each token.
        sentences: token spans that cover the document; empty means one sentence.
        entities: the labelled entities.
        relations: links between ``entities`` by index.
        clusters: groups of indices into ``entities`` that corefer (DyGIE files, whose
            typed mentions may differ within a cluster).
        flags: remarks about the document, ``"truncated"`` for example.
        extra: what a format carries and jointre does not use, kept for writing.

    Raises:
        DataError: a span, an index or an offset lies outside the document.
    """

    id: str
    tokens: tuple[str, ...]
    text: str | None = None
    offsets: tuple[tuple[int, int], ...] | None = None
    sentences: tuple[Span, ...] = ()
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    clusters: tuple[tuple[int, ...], ...] = ()
    flags: tuple[str, ...] = field(default=(), compare=False)
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False, hash=False)

    def __post_init__(self) -> None:
        size = len(self.tokens)
        for index, entity in enumerate(self.entities):
            if not entity.mentions:
                raise self._wrong(f"entity {index} has no mention")
            for start, end in entity.mentions:
                if not 0 <= start < end <= size:
                    raise self._wrong(
                        f"entity {index} spans [{start}, {end}), "
                        f"but 0 <= start < end <= {size} tokens must hold"
                    )
        count = len(self.entities)
        for index, relation in enumerate(self.relations):
            for role, value in (("head", relation.head), ("tail", relation.tail)):
                if not 0 <= value < count:
                    raise self._wrong(
                        f"relation {index} has {role} {value}, but there are {count} entities"
                    )
        for group in self.clusters:
            if not all(0 <= member < count for member in group):
                raise self._wrong(f"a cluster {group} names an entity that does not exist")
        if self.offsets is not None and len(self.offsets) != size:
            raise self._wrong(f"{len(self.offsets)} offsets for {size} tokens")
        for start, end in self.sentences:
            if not 0 <= start <= end <= size:
                raise self._wrong(f"sentence [{start}, {end}) outside {size} tokens")

    def _wrong(self, problem: str) -> DataError:
        return DataError(f"document {self.id!r}: {problem}")
