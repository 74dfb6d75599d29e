"""Small sentences for the tests of scoring: written by hand, or drawn at random."""

import random
from typing import Any

from jointre.data.schema import Document, Entity, Relation, Span

LABELS = ("A", "B", "C")
RELATIONS = ("r", "s", "t")  # "s" is symmetric


def sentence(
    entities: list[tuple[Any, ...]] | None = None,
    relations: list[tuple[Any, ...]] | None = None,
    id: str = "d",
    size: int = 12,
) -> Document:
    """Entities are (start, end, label[, score]), relations (head, tail, label[, score])."""
    return Document(
        id,
        tuple(f"w{index}" for index in range(size)),
        entities=tuple(
            Entity(item[2], (Span(item[0], item[1]),), *item[3:]) for item in entities or []
        ),
        relations=tuple(Relation(item[2], item[0], item[1], *item[3:]) for item in relations or []),
    )


def random_sentence(seed: int, scored: bool = False, size: int = 5) -> Document:
    """A crowded sentence: nested, equal and repeated entities, repeated and self relations."""
    rng = random.Random(seed)
    entities = []
    for _ in range(rng.randrange(6)):
        start = rng.randrange(size)
        span = (start, rng.randrange(start + 1, size + 1))
        entities.append((*span, rng.choice((*LABELS, None)), *_score(rng, scored)))
    relations = [
        (
            rng.randrange(len(entities)),
            rng.randrange(len(entities)),
            rng.choice(RELATIONS),
            *_score(rng, scored),
        )
        for _ in range(rng.randrange(8) if entities else 0)
    ]
    return sentence(entities, relations, id=str(seed), size=size)


def disturbed(document: Document, seed: int, scored: bool = False) -> Document:
    """A prediction that resembles ``document``: some things left out, changed or added."""
    rng = random.Random(seed)
    size = len(document.tokens)
    entities: list[tuple[Any, ...]] = []
    for entity in document.entities:
        label = rng.choice(LABELS) if rng.random() < 0.2 else entity.label
        end = min(size, entity.span.end + (rng.random() < 0.2))
        entities.append((entity.span.start, end, label, *_score(rng, scored)))
    if rng.random() < 0.5:
        entities.append((0, rng.randrange(1, size + 1), rng.choice(LABELS), *_score(rng, scored)))
    relations: list[tuple[Any, ...]] = []
    for relation in document.relations:
        ends = [relation.head, relation.tail]
        if rng.random() < 0.3:
            ends.reverse()
        label = rng.choice(RELATIONS) if rng.random() < 0.2 else relation.label
        for _ in range(rng.choice((0, 1, 1, 1, 2))):
            relations.append((*ends, label, *_score(rng, scored)))
    return sentence(entities, relations, id=document.id, size=size)


def _score(rng: random.Random, scored: bool) -> tuple[float, ...]:
    # Few values, so that scores are often equal.
    return (rng.choice((0.5, 0.6, 0.7)),) if scored and rng.random() < 0.9 else ()
