"""Cells of two tables → entities and relations."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Annotated, ClassVar

import torch
from annotated_types import Ge, Le
from jaxtyping import Float, Int
from torch import Tensor

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.layout import Spans


class TableDecoder:
    """Makes entities of cells, and decides which mentions a relation's cell links (CARE §5).

    A relation's cell names the first words of its arguments. Where several mentions start
    at one of them, the pair with the highest probabilities is linked, or every pair. On
    the diagonal two different mentions are linked where there are two, with the more
    probable one as head; else the mention is linked to itself.

    Paper: https://arxiv.org/abs/2308.12531

    Owner gives: ``vocabulary``.

    Args:
        entity_threshold: a cell is a mention of a label when its probability is at least this.
        relation_threshold: the same for relations.
        all_spans: link all pairs of mentions that start at a relation's words.
    """

    given: ClassVar[tuple[str, ...]] = ("vocabulary",)

    def __init__(
        self,
        vocabulary: Vocabulary,
        entity_threshold: Annotated[float, Ge(0), Le(1)] = 0.5,
        relation_threshold: Annotated[float, Ge(0), Le(1)] = 0.5,
        all_spans: bool = False,
    ) -> None:
        self.vocabulary = vocabulary
        self.entity_threshold = entity_threshold
        self.relation_threshold = relation_threshold
        self.all_spans = all_spans

    def documents(
        self,
        units: Sequence[Document],
        spans: Spans,
        labels: Int[Tensor, " m"],
        scores: Float[Tensor, " m"],
        cells: Int[Tensor, "z 3"],
        probabilities: Float[Tensor, "z r"],
        assigned: Int[Tensor, "h 2"],
    ) -> list[Document]:
        """The units with predicted entities and relations, in one transfer from the device.

        Args:
            units: the documents of the batch, in order.
            spans: of the mentions, in order of units.
            labels: of the mentions.
            scores: of the mentions, their probabilities.
            cells: (unit, first word of the head, first word of the tail) of relation cells.
            probabilities: of the relations in the cells.
            assigned: (cell, label) of the relations that are kept.
        """
        found = torch.cat([cells[assigned[:, 0]], assigned[:, 1:]], 1)
        rows = torch.stack([spans.unit, spans.start, spans.end, labels], 1)
        packed = torch.cat([rows, found]).cpu().tolist()
        numbers = torch.cat([scores, probabilities[assigned[:, 0], assigned[:, 1]]]).cpu().tolist()
        size = len(rows)
        entities: list[list[Entity]] = [[] for _ in units]
        for (unit, start, end, label), score in zip(packed[:size], numbers[:size], strict=True):
            name = self.vocabulary.entity_labels[label]
            entities[unit].append(Entity(name, (Span(start, end),), score))
        starting = [_starting(own) for own in entities]
        relations: list[dict[tuple[str, int, int], Relation]] = [{} for _ in units]
        for (unit, head, tail, label), score in zip(packed[size:], numbers[size:], strict=True):
            name = self.vocabulary.relation_labels[label]
            if name in self.vocabulary.symmetric and tail < head:
                head, tail = tail, head
            for one, other in self._linked(starting[unit], head, tail):
                relations[unit].setdefault((name, one, other), Relation(name, one, other, score))
        return [
            replace(document, entities=tuple(own), relations=tuple(links.values()), clusters=())
            for document, own, links in zip(units, entities, relations, strict=True)
        ]

    def _linked(
        self, starting: dict[int, list[int]], head: int, tail: int
    ) -> list[tuple[int, int]]:
        """Pairs of entities that a cell links; each list has the most probable one first."""
        heads, tails = starting[head], starting[tail]
        if head == tail and len(heads) > 1:
            pairs = [(one, other) for one, other in product(heads, tails) if one != other]
        else:
            pairs = list(product(heads, tails))
        return pairs if self.all_spans else pairs[:1]


def _starting(entities: Sequence[Entity]) -> dict[int, list[int]]:
    """Indices of the entities that start at each word, the most probable one first."""
    found: dict[int, list[int]] = {}
    for index in sorted(range(len(entities)), key=lambda i: -(entities[i].score or 0.0)):
        found.setdefault(entities[index].span.start, []).append(index)
    return found
