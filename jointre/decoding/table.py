"""Cells of two tables → entities and relations."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import ClassVar

import torch
from jaxtyping import Int
from torch import Tensor

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.decoding.decoder import Decoder, Mentions, Relations
from jointre.decoding.overlaps import Overlap
from jointre.decoding.thresholds import Thresholds
from jointre.positions import Spans


@Decoder.register("table")
class TableDecoder(Decoder):
    """Makes entities of cells, and decides which mentions a relation's cell links (CARE §5).

    A relation's cell names the first words of its arguments. Where several mentions start
    at one of them, the pair with the highest probabilities is linked, or every pair. On
    the diagonal two different mentions are linked where there are two, with the more
    probable one as head; else the mention is linked to itself.

    Paper: https://arxiv.org/abs/2308.12531

    Args:
        entity_threshold: Minimum probability of an entity label in a cell: a number, or one per
            label (``{ default: 0.5, Person: 0.7 }``); null: 0.5.
        relation_threshold: Minimum probability of a relation label: a number, or one per label;
            null: 0.5.
        overlap: Which mentions may overlap: ``"all"``, ``"learned"`` (as in the training data),
            ``"nested"`` or ``"flat"``. Of two mentions that may not overlap, the more probable one
            is kept.
        all_spans: Whether to link all pairs of mentions that start at the words of a relation,
            instead of the most probable pair.

    Raises:
        ConfigError: A threshold names an unknown label, or the overlaps of the training data
            are needed and not known.
    """

    given: ClassVar[tuple[str, ...]] = ("vocabulary",)

    def __init__(
        self,
        vocabulary: Vocabulary,
        entity_threshold: Thresholds | None = None,
        relation_threshold: Thresholds | None = None,
        overlap: Overlap = "all",
        all_spans: bool = False,
    ) -> None:
        super().__init__(vocabulary, entity_threshold, relation_threshold, overlap)
        self.all_spans = all_spans

    def documents(
        self,
        units: Sequence[Document],
        spans: Spans,
        mentions: Mentions,
        cells: Int[Tensor, "z 3"],
        relations_found: Relations,
    ) -> list[Document]:
        """The units with predicted entities and relations, in one transfer from the device.

        Args:
            units: The documents of the batch, in order.
            spans: Candidate spans.
            mentions: The mentions among them, in order of units.
            cells: (unit, first word of the head, first word of the tail) of relation cells.
            relations_found: The relations in these cells.
        """
        own = spans[mentions.rows]
        rows = torch.stack([own.unit, own.start, own.end, mentions.labels], 1)
        found = torch.cat([cells[relations_found.rows], relations_found.labels[:, None]], 1)
        packed = torch.cat([rows, found]).cpu().tolist()
        probabilities = torch.cat([mentions.probabilities, relations_found.probabilities])
        numbers = probabilities.cpu().tolist()
        size = len(rows)
        entities: list[list[Entity]] = [[] for _ in units]
        for (unit, start, end, label), score in zip(packed[:size], numbers[:size], strict=True):
            name = self.vocabulary.entity_labels[label]
            entities[unit].append(Entity(name, (Span(start, end),), score))
        starting = [_starting(of_unit) for of_unit in entities]
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
