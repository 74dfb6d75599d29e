"""The beginning of a document, for a model that is told to cut long inputs."""

from dataclasses import replace

from jointre.data.schema import Document


def beginning(document: Document, words: int) -> Document:
    """The first words of a unit, with the entities and relations that lie in them.

    The whole document stays the measure when scoring, so what is cut counts as missed.

    Args:
        document: one mention an entity.
        words: how many to keep.
    """
    inside = [entity.span.end <= words for entity in document.entities]
    place = {old: new for new, old in enumerate(i for i, ok in enumerate(inside) if ok)}
    relations = tuple(
        replace(relation, head=place[relation.head], tail=place[relation.tail])
        for relation in document.relations
        if relation.head in place and relation.tail in place
    )
    return Document(
        document.id,
        document.tokens[:words],
        offsets=None if document.offsets is None else document.offsets[:words],
        text=document.text,
        entities=tuple(document.entities[old] for old in place),
        relations=relations,
    )
