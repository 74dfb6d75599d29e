"""The decoder of the table model: cells of two tables become entities and relations."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations, product
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
    """Turns cells into entities, and decides which mentions the cell of a relation links (CARE §5).

    The cell of a relation stands for the first words of its arguments. Where several mentions
    start at one of these words, the pair with the highest probabilities is linked, or every
    pair. A cell on the diagonal links two different mentions that start at its word, the more
    probable one as head; if there is only one, the mention is linked to itself.

    Paper: https://arxiv.org/abs/2308.12531

    Args:
        entity_threshold: Minimum probability of an entity label in a cell: a number, or one per
            label (``{ default: 0.5, Person: 0.7 }``); null: 0.5.
        relation_threshold: Minimum probability of a relation label: a number, or one per label;
            null: 0.5, which is also the threshold that loss ``adaptive`` learns.
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
        found_relations: Relations,
    ) -> list[Document]:
        """The units with predicted entities and relations, in one transfer from the device.

        Args:
            units: The documents of the batch, in order.
            spans: Candidate spans.
            mentions: The mentions among them, in order of units.
            cells: (unit, first word of the head, first word of the tail) of relation cells.
            found_relations: The relations in these cells.
        """
        mention_spans = spans[mentions.rows]
        quadruples = torch.stack(
            [mention_spans.unit, mention_spans.start, mention_spans.end, mentions.labels], 1
        )
        links = torch.cat([cells[found_relations.rows], found_relations.labels[:, None]], 1)
        packed = torch.cat([quadruples, links]).cpu().tolist()
        probabilities = torch.cat([mentions.probabilities, found_relations.probabilities])
        scores = probabilities.cpu().tolist()
        size = len(quadruples)
        entities: list[list[Entity]] = [[] for _ in units]
        for (unit, start, end, label), score in zip(packed[:size], scores[:size], strict=True):
            name = self.vocabulary.entity_labels[label]
            entities[unit].append(Entity(name, (Span(start, end),), score))
        by_first_word = [_entities_by_first_word(unit_entities) for unit_entities in entities]
        relations: list[dict[tuple[str, int, int], Relation]] = [{} for _ in units]
        for (unit, head, tail, label), score in zip(packed[size:], scores[size:], strict=True):
            name = self.vocabulary.relation_labels[label]
            if name in self.vocabulary.symmetric and tail < head:
                head, tail = tail, head
            for arguments in self._linked(by_first_word[unit], head, tail):
                relations[unit].setdefault((name, *arguments), Relation(name, *arguments, score))
        return [
            replace(
                document,
                entities=tuple(unit_entities),
                relations=tuple(unit_relations.values()),
                clusters=(),
            )
            for document, unit_entities, unit_relations in zip(
                units, entities, relations, strict=True
            )
        ]

    def _linked(
        self, by_first_word: dict[int, list[int]], head: int, tail: int
    ) -> list[tuple[int, int]]:
        """Pairs of entities that a cell links, the most probable pair first.

        Args:
            by_first_word: Indices of the entities that start at each word, the most probable
                one first.
            head: First word of the head.
            tail: First word of the tail.
        """
        heads, tails = by_first_word[head], by_first_word[tail]
        if head == tail and len(heads) > 1:
            pairs = list(permutations(heads, 2))
        else:
            pairs = list(product(heads, tails))
        return pairs if self.all_spans else pairs[:1]


def _entities_by_first_word(entities: Sequence[Entity]) -> dict[int, list[int]]:
    """Indices of the entities that start at each word, the most probable one first."""
    by_first_word: dict[int, list[int]] = {}
    for index in sorted(range(len(entities)), key=lambda i: -(entities[i].score or 0.0)):
        by_first_word.setdefault(entities[index].span.start, []).append(index)
    return by_first_word
