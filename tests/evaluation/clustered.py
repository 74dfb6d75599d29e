"""Documents whose entities have several mentions: written by hand, or drawn at random."""

import random
from typing import Any

from jointre.data.schema import Document, Entity, Relation, Span

TYPES = ("A", "B")
RELATIONS = ("r", "s")
SPANS = tuple(Span(start, end) for start in range(5) for end in (start + 1, start + 2))


def document(
    entities: list[tuple[Any, ...]] | None = None,
    relations: list[tuple[int, int, str]] | None = None,
    id: str = "d",
    words: str = "a b c d e f g h i j k l",
    clusters: tuple[tuple[int, ...], ...] = (),
) -> Document:
    """Entities are (label, (start, end), …), relations (head, tail, label)."""
    return Document(
        id,
        tuple(words.split()),
        entities=tuple(
            Entity(label, tuple(Span(*span) for span in spans)) for label, *spans in entities or []
        ),
        relations=tuple(Relation(label, head, tail) for head, tail, label in relations or []),
        clusters=clusters,
    )


def random_document(seed: int) -> Document:
    """A crowded document: shared mentions, equal entities, entities without a type."""
    rng = random.Random(seed)
    return document(
        [_entity(rng) for _ in range(rng.randrange(6))], id=str(seed), words="a b c d e f"
    )


def related(one: Document, seed: int) -> Document:
    """The document with relations drawn at random, some twice, some from an entity to itself."""
    rng = random.Random(seed)
    size = len(one.entities)
    relations = [
        (rng.randrange(size), rng.randrange(size), rng.choice(RELATIONS))
        for _ in range(rng.randrange(9) if size else 0)
    ]
    return document(_rows(one), relations, one.id, " ".join(one.tokens))


def disturbed(one: Document, seed: int) -> Document:
    """A prediction that resembles ``one``; a third of them has its very entities."""
    rng = random.Random(seed)
    entities = _rows(one)
    if seed % 3:
        for index, (label, *spans) in enumerate(entities):
            if rng.random() < 0.2:
                entities[index] = (rng.choice(TYPES), *spans)
            if rng.random() < 0.2:
                entities[index] = (label, *spans[rng.randrange(2) :], rng.choice(SPANS))
        if rng.random() < 0.3:
            entities.append(_entity(rng))
    relations = [
        (*((one.tail, one.head) if rng.random() < 0.2 else (one.head, one.tail)), one.label)
        for one in one.relations
        for _ in range(rng.choice((0, 1, 1, 2)))
    ]
    return document(entities, relations, one.id, " ".join(one.tokens))


def _entity(rng: random.Random) -> tuple[Any, ...]:
    spans = [rng.choice(SPANS) for _ in range(rng.choice((1, 1, 2, 3)))]
    return (rng.choice((*TYPES, *TYPES, None)), *spans)


def _rows(one: Document) -> list[tuple[Any, ...]]:
    return [(entity.label, *entity.mentions) for entity in one.entities]
