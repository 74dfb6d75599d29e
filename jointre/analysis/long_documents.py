"""Long documents put together from short ones, to see how cost grows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import cycle

from jointre.data.schema import Document, Entity, Relation, Span


def long_document(documents: Sequence[Document], words: int) -> Document:
    """Concatenate documents, repeatedly if necessary, to one document of a given length.

    The last document is cut. Entities with a mention beyond the cut are removed with their
    relations. Entities of different documents are never merged.

    Args:
        documents: Documents with or without annotation; at least one has words.
        words: Number of words of the result.
    """
    tokens: list[str] = []
    sentences: list[Span] = []
    entities: list[Entity] = []
    relations: list[Relation] = []
    for document in cycle(documents):
        start, first = len(tokens), len(entities)
        tokens += document.tokens
        own = document.sentences or (Span(0, len(document.tokens)),)
        sentences += _moved(own, start)
        entities += [
            replace(entity, mentions=tuple(_moved(entity.mentions, start)))
            for entity in document.entities
        ]
        relations += [
            replace(one, head=one.head + first, tail=one.tail + first, evidence=())
            for one in document.relations
        ]
        if len(tokens) >= words:
            break
    kept = [i for i, one in enumerate(entities) if all(span.end <= words for span in one.mentions)]
    place = {old: new for new, old in enumerate(kept)}
    return Document(
        f"{words} words",
        tuple(tokens[:words]),
        sentences=tuple(Span(s, min(e, words)) for s, e in sentences if s < words),
        entities=tuple(entities[i] for i in kept),
        relations=tuple(
            replace(one, head=place[one.head], tail=place[one.tail])
            for one in relations
            if one.head in place and one.tail in place
        ),
    )


def _moved(spans: Iterable[Span], by: int) -> list[Span]:
    return [Span(start + by, end + by) for start, end in spans]
