"""The beginning of a document, for a model that truncates long inputs."""

from dataclasses import replace
from itertools import compress

from jointre.data.schema import Document, Entity, Span


def beginning(document: Document, words: int) -> Document:
    """The first words of a unit, with the mentions, entities and relations that lie in them.

    Scores are computed on the whole document, so annotations that are cut count as missed.

    Args:
        document: Unit to cut; an entity without a mention in the first words is removed.
        words: Number of words to keep.
    """
    entities = [_inside(entity, words) for entity in document.entities]
    new_index = {
        old: new
        for new, old in enumerate(i for i, entity in enumerate(entities) if entity.mentions)
    }
    relations = tuple(
        replace(relation, head=new_index[relation.head], tail=new_index[relation.tail])
        for relation in document.relations
        if relation.head in new_index and relation.tail in new_index
    )
    return Document(
        document.id,
        document.tokens[:words],
        offsets=None if document.offsets is None else document.offsets[:words],
        text=document.text,
        sentences=tuple(
            Span(start, min(end, words)) for start, end in document.sentences if start < words
        ),
        entities=tuple(entities[old] for old in new_index),
        relations=relations,
        extra=document.extra,
    )


def _inside(entity: Entity, words: int) -> Entity:
    """The entity with its mentions among the first words, possibly none."""
    inside = [mention.end <= words for mention in entity.mentions]
    scores = entity.mention_scores
    return replace(
        entity,
        mentions=tuple(compress(entity.mentions, inside)),
        mention_scores=None if scores is None else tuple(compress(scores, inside)),
    )
