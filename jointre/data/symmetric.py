"""Symmetric relations: bring them into one direction, and recognise them in a corpus."""

from collections.abc import Iterable
from dataclasses import replace

from jointre.data.schema import Document, Relation


def left_to_right(document: Document, symmetric: frozenset[str]) -> Document:
    """Order symmetric relations from left to right, and remove duplicate relations.

    Head and tail of a symmetric relation are exchanged if the tail starts before the head. If
    both start at the same token, they are not. Of several relations with the same label, head
    and tail, the first is kept.

    Args:
        document: Gold or predicted document.
        symmetric: Relation labels that hold in both directions.
    """
    distinct: dict[tuple[str, int, int], Relation] = {}
    for relation in document.relations:
        head, tail = document.entities[relation.head], document.entities[relation.tail]
        if relation.label in symmetric and tail.span.start < head.span.start:
            relation = replace(relation, head=relation.tail, tail=relation.head)
        distinct.setdefault((relation.label, relation.head, relation.tail), relation)
    relations = tuple(distinct.values())
    return document if relations == document.relations else replace(document, relations=relations)


def annotated_both_ways(documents: Iterable[Document]) -> dict[str, tuple[int, int]]:
    """Count, for each relation label, the pairs of entities that have it in both directions.

    Args:
        documents: A corpus.

    Returns:
        For each label that relates at least one pair in both directions, in alphabetical order:
        the number of those pairs, and the number of all pairs that have the label.
    """
    pairs_both_ways: dict[str, int] = {}
    pairs: dict[str, int] = {}
    for document in documents:
        ordered = {(item.label, item.head, item.tail) for item in document.relations}
        ordered = {(label, head, tail) for label, head, tail in ordered if head != tail}
        for label, head, tail in ordered:
            reverse = (label, tail, head) in ordered
            if not reverse or head < tail:
                pairs[label] = pairs.get(label, 0) + 1
                pairs_both_ways[label] = pairs_both_ways.get(label, 0) + reverse
    return {
        label: (pairs_both_ways[label], pairs[label])
        for label in sorted(pairs)
        if pairs_both_ways[label]
    }
