"""Long documents, concatenated from short ones, to measure how cost grows with length."""

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
        borders = document.sentences or (Span(0, len(document.tokens)),)
        sentences += _moved(borders, start)
        entities += [
            replace(entity, mentions=tuple(_moved(entity.mentions, start)))
            for entity in document.entities
        ]
        relations += [
            replace(relation, head=relation.head + first, tail=relation.tail + first, evidence=())
            for relation in document.relations
        ]
        if len(tokens) >= words:
            break
    remaining = [
        index
        for index, entity in enumerate(entities)
        if all(span.end <= words for span in entity.mentions)
    ]
    new_index = {old: new for new, old in enumerate(remaining)}
    return Document(
        f"{words} words",
        tuple(tokens[:words]),
        sentences=tuple(Span(s, min(e, words)) for s, e in sentences if s < words),
        entities=tuple(entities[index] for index in remaining),
        relations=tuple(
            replace(relation, head=new_index[relation.head], tail=new_index[relation.tail])
            for relation in relations
            if relation.head in new_index and relation.tail in new_index
        ),
    )


def _moved(spans: Iterable[Span], by: int) -> list[Span]:
    return [Span(start + by, end + by) for start, end in spans]
