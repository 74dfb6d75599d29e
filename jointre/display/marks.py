"""What a picture shows of a document: its mentions in layers, and which of them relations join."""

from collections import Counter
from typing import NamedTuple

from jointre.data.schema import Document, Span
from jointre.display.measure import short


class Mark(NamedTuple):
    """A mention, above its words.

    Args:
        entity: index of the entity.
        mention: index among the entity's mentions.
        span: its words.
        layer: 0 stands on the words; a shorter mention stands on a longer one.
        text: the label, with the entity's number if something else names it too.
        ends: how many lines of relations end here.
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
        relation: index of the relation.
        head: index of the mark where it begins.
        tail: index of the mark where it ends.
    """

    relation: int
    head: int
    tail: int


def marks_of(document: Document) -> tuple[list[Mark], list[Arrow]]:
    """The mentions and relations of a document.

    A relation joins the two mentions of its entities that are nearest to each other.
    """
    places = [
        (entity, mention)
        for entity, each in enumerate(document.entities)
        for mention in range(len(each.mentions))
    ]
    index = {place: number for number, place in enumerate(places)}
    links = []
    for number, relation in enumerate(document.relations):
        head, tail = _nearest(document, relation.head, relation.tail)
        links.append(Arrow(number, index[relation.head, head], index[relation.tail, tail]))
    ends = Counter(end for link in links for end in (link.head, link.tail))
    spans = [document.entities[entity].mentions[mention] for entity, mention in places]
    layers, texts = _layers(spans, len(document.tokens)), _texts(document)
    marks = [
        Mark(*place, spans[i], layers[i], texts[place[0]], ends[i])
        for i, place in enumerate(places)
    ]
    return marks, links


def _nearest(document: Document, head: int, tail: int) -> tuple[int, int]:
    """Mentions of two entities with the fewest words between them; two of one if it can be."""
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
    """The label of each entity, with a number where several mentions name the same thing."""
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
