"""Entities and relations in a spaCy Doc, as Spans.

They are stored as :mod:`jointre.formats.docbin.record` describes.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from jointre.formats.docbin.record import (
    DocRecord,
    EntityRecord,
    RelationRecord,
    put,
    records,
)


@dataclass(frozen=True, slots=True)
class DocEntity:
    """An entity of a Doc.

    Args:
        label: Entity type.
        mentions: All mentions, in the model's order; models of sentences have one per entity.
        score: Probability of the label, in 0..1; None for entities that were given.
        key: The ``spans_key`` of the component that predicted it.
    """

    label: str
    mentions: tuple[Span, ...]
    score: float | None
    key: str

    @property
    def span(self) -> Span:
        """The first mention."""
        return self.mentions[0]


@dataclass(frozen=True, slots=True)
class DocRelation:
    """A labelled, directed link between two entities of a Doc.

    Args:
        head: First mention of the head.
        label: Relation type.
        tail: First mention of the tail.
        score: Probability of the relation, in 0..1; None for relations that were given.
        head_entity: The head with all its mentions.
        tail_entity: The tail with all its mentions.
        key: The ``spans_key`` of the component that predicted it.
    """

    head: Span
    label: str
    tail: Span
    score: float | None
    head_entity: DocEntity
    tail_entity: DocEntity
    key: str


def store(
    doc: Doc, key: str, entities: Sequence[EntityRecord], relations: Sequence[RelationRecord]
) -> None:
    """Store entities and relations in a Doc, and replace those with the same key.

    Args:
        doc: Doc, whose ``user_data`` are changed.
        key: The ``spans_key`` of the component.
        entities: Entities, in characters of ``doc.text``.
        relations: Relations between these entities.
    """
    put(doc.user_data, key, size_of(doc), DocRecord(entities, relations))


def size_of(doc: Doc) -> int:
    """Length of ``doc.text``, without joining all tokens as spaCy does."""
    return doc[-1].idx + len(doc[-1].text_with_ws) if len(doc) else 0


def stored(doc: Doc, key: str) -> bool:
    """Whether the Doc has a record of a key, which may be empty."""
    return any(True for _ in records(doc.user_data, key, _place(doc)))


def entities_of(doc: Doc, key: str | None = None) -> list[DocEntity]:
    """The entities that jointre found in a Doc, or was given for it; ``doc._.entities``.

    Args:
        doc: Doc that a pipeline returned, or that was read from bytes or a DocBin with its user
            data.
        key: Key of one component; None: all components, one after the other.
    """
    return annotations_of(doc, key)[0]


def relations_of(doc: Doc, key: str | None = None) -> list[DocRelation]:
    """The relations that jointre found in a Doc, or was given for it; ``doc._.relations``.

    Args:
        doc: Doc that a pipeline returned, or that was read from bytes or a DocBin with its user
            data.
        key: Key of one component; None: all components, one after the other.
    """
    return annotations_of(doc, key)[1]


def annotations_of(doc: Doc, key: str | None = None) -> tuple[list[DocEntity], list[DocRelation]]:
    """Entities and the relations between them.

    Args:
        doc: Doc with its user data.
        key: Key of one component; None: all components.
    """
    all_entities: list[DocEntity] = []
    relations: list[DocRelation] = []
    size = size_of(doc)
    for _, name, record in records(doc.user_data, key, _place(doc)):
        entities = [_entity(doc, name, size, entity) for entity in record.entities]
        all_entities += [entity for entity in entities if entity is not None]
        for label, head_index, tail_index, score, _ in record.relations:
            head, tail = entities[head_index], entities[tail_index]
            if head is not None and tail is not None:
                relation = DocRelation(head.span, label, tail.span, score, head, tail, name)
                relations.append(relation)
    return all_entities, relations


def register_extensions() -> None:
    """Register ``doc._.entities`` and ``doc._.relations``, unless another package has the name."""
    for name, getter in (("entities", entities_of), ("relations", relations_of)):
        if not Doc.has_extension(name):
            Doc.set_extension(name, getter=getter)
        elif Doc.get_extension(name)[2] is not getter:
            warnings.warn(
                f"doc._.{name} belongs to something else in this program; read jointre's by "
                f"jointre.integrations.{name}_of(doc)",
                stacklevel=2,
            )


def _entity(doc: Doc, key: str, size: int, entity: EntityRecord) -> DocEntity | None:
    """The mentions of an entity that lie in this Doc, which may be a part of the predicted Doc.

    Tokens that were merged after the prediction may have more characters than the mention.
    """
    label = entity.label or ""
    spans = [
        doc.char_span(start, end, label=label, alignment_mode="expand")
        for start, end in entity.mentions
        if start >= 0 and end <= size
    ]
    inside = tuple(span for span in spans if span is not None)
    return DocEntity(label, inside, entity.score, key) if inside else None


def _place(doc: Doc) -> str:
    return f"Doc {doc.text[:30]!r}"
