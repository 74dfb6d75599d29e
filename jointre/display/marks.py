"""The mentions of a document in layers, and the two mentions that each relation joins."""

from collections import Counter
from typing import NamedTuple

from jointre.data.schema import Document, Span
from jointre.display.measure import short


class Mark(NamedTuple):
    """A mention, above its words.

    Args:
        entity: Index of the entity.
        mention: Index among the entity's mentions.
        span: Words of the mention.
        layer: Height above the words, from 0; a shorter mention stands on a longer one.
        text: Label, followed by a number if several mentions name the same entity.
        ends: Number of relation lines that end here.
    """

    entity: int
    mention: int
    span: Span
    layer: int
    text: str
    ends: int


class Arrow(NamedTuple):
    """A relation, between two marks.

    Args:
        relation: Index of the relation.
        head: Index of the mark where the arrow begins.
        tail: Index of the mark where the arrow ends.
    """

    relation: int
    head: int
    tail: int


def marks_of(document: Document) -> tuple[list[Mark], list[Arrow]]:
    """The mentions and relations of a document.

    A relation joins the two mentions of its entities that are nearest to each other.
    """
    mention_indices = [
        (index, mention)
        for index, entity in enumerate(document.entities)
        for mention in range(len(entity.mentions))
    ]
    mark_of = {indices: number for number, indices in enumerate(mention_indices)}
    links = []
    for number, relation in enumerate(document.relations):
        head, tail = _nearest(document, relation.head, relation.tail)
        head_mark, tail_mark = mark_of[relation.head, head], mark_of[relation.tail, tail]
        links.append(Arrow(number, head_mark, tail_mark))
    ends = Counter(end for link in links for end in (link.head, link.tail))
    spans = [document.entities[entity].mentions[mention] for entity, mention in mention_indices]
    layers, texts = _layers(spans, len(document.tokens)), _texts(document)
    marks = [
        Mark(entity, mention, spans[i], layers[i], texts[entity], ends[i])
        for i, (entity, mention) in enumerate(mention_indices)
    ]
    return marks, links


def _nearest(document: Document, head: int, tail: int) -> tuple[int, int]:
    """Mentions of two entities with the fewest words between them; different ones if possible."""
    heads, tails = document.entities[head].mentions, document.entities[tail].mentions
    return min(
        ((i, j) for i in range(len(heads)) for j in range(len(tails))),
        key=lambda pair: (
            head == tail and pair[0] == pair[1],
            max(
                heads[pair[0]].start - tails[pair[1]].end, tails[pair[1]].start - heads[pair[0]].end
            ),
            pair,
        ),
    )


def _layers(spans: list[Span], size: int) -> list[int]:
    """The layer of each span: above all longer ones that share a word with it."""
    layers, tops = [0] * len(spans), [0] * size
    for number in sorted(range(len(spans)), key=lambda i: (-spans[i].width, spans[i], i)):
        start, end = spans[number]
        layers[number] = max(tops[start:end])
        tops[start:end] = [layers[number] + 1] * (end - start)
    return layers


def _texts(document: Document) -> list[str]:
    """The label of each entity, with a number if several mentions name the same entity."""
    groups: dict[int, tuple[str, int]] = {
        entity: ("cluster", number)
        for number, members in enumerate(document.clusters)
        for entity in members
    }
    for index, entity in enumerate(document.entities):
        if len(entity.mentions) > 1:
            groups.setdefault(index, ("entity", index))
    order: dict[tuple[str, int], int] = {}
    numbers = {i: order.setdefault(groups[i], len(order) + 1) for i in sorted(groups)}
    return [
        short(entity.label or "?") + (f" {numbers[index]}" if index in numbers else "")
        for index, entity in enumerate(document.entities)
    ]
