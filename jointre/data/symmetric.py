"""Symmetric relations in one direction: from left to right."""

from dataclasses import replace

from jointre.data.schema import Document, Relation


def left_to_right(document: Document, symmetric: frozenset[str]) -> Document:
    """The document with its symmetric relations pointing right, each relation once.

    Head and tail of a symmetric relation change places when the tail starts before the
    head (starts only: spans that start together stay). Then of relations with the same
    label, head and tail the first is kept.

    Args:
        document: gold or predicted.
        symmetric: the relation labels that hold in both directions.
    """
    kept: dict[tuple[str, int, int], Relation] = {}
    for relation in document.relations:
        head, tail = document.entities[relation.head], document.entities[relation.tail]
        if relation.label in symmetric and tail.span.start < head.span.start:
            relation = replace(relation, head=relation.tail, tail=relation.head)
        kept.setdefault((relation.label, relation.head, relation.tail), relation)
    relations = tuple(kept.values())
    return document if relations == document.relations else replace(document, relations=relations)
