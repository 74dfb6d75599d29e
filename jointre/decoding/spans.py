"""The decoder of the span model: spans become entities, pairs of mentions become relations."""

from collections.abc import Sequence
from dataclasses import replace
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


@Decoder.register("spans")
class SpanDecoder(Decoder):
    """Turns spans into entities, and pairs of mentions into relations (SINET §3.8).

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        entity_threshold: Minimum probability of an entity label: a number, or one per label (``{
            default: 0.5, Person: 0.7 }``); null: the most probable label.
        relation_threshold: Minimum probability of a relation label: a number, or one per label;
            null: 0.5, which is also the threshold that loss ``adaptive`` learns, or the most
            probable label if labels are mutually exclusive.
        overlap: Which mentions may overlap: ``"all"``, ``"learned"`` (as in the training data),
            ``"nested"`` or ``"flat"``. Of two mentions that may not overlap, the more probable one
            is kept.

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
    ) -> None:
        super().__init__(vocabulary, entity_threshold, relation_threshold, overlap)

    def documents(
        self,
        units: Sequence[Document],
        spans: Spans,
        mentions: Mentions,
        pairs: Int[Tensor, "q 2"],
        relations: Relations,
    ) -> list[Document]:
        """The units with predicted entities and relations, in one transfer from the device.

        Args:
            units: The documents of the batch, in order.
            spans: Candidate spans.
            mentions: The mentions among them, in order of units.
            pairs: (head, tail) rows of the mentions.
            relations: The relations of these pairs.
        """
        mention_spans = spans[mentions.rows]
        quadruples = torch.stack(
            [mention_spans.unit, mention_spans.start, mention_spans.end, mentions.labels], 1
        )
        triples = torch.cat([pairs[relations.rows], relations.labels[:, None]], 1)
        packed = torch.cat([quadruples.flatten(), triples.flatten()]).cpu()
        scores = torch.cat([mentions.probabilities, relations.probabilities]).cpu().tolist()
        size = len(quadruples)
        return self._assemble(
            units,
            packed[: 4 * size].view(-1, 4).tolist(),
            scores[:size],
            packed[4 * size :].view(-1, 3).tolist(),
            scores[size:],
        )

    def _assemble(
        self,
        units: Sequence[Document],
        mentions: list[list[int]],
        scores: list[float],
        links: list[list[int]],
        link_scores: list[float],
    ) -> list[Document]:
        entities: list[list[Entity]] = [[] for _ in units]
        relations: list[dict[tuple[str, int, int], Relation]] = [{} for _ in units]
        index_in_unit: list[int] = []
        for (unit, start, end, label), score in zip(mentions, scores, strict=True):
            index_in_unit.append(len(entities[unit]))
            name = self.vocabulary.entity_labels[label]
            entities[unit].append(Entity(name, (Span(start, end),), score))
        for (head, tail, label), score in zip(links, link_scores, strict=True):
            unit = mentions[head][0]
            name = self.vocabulary.relation_labels[label]
            if name in self.vocabulary.symmetric and mentions[tail][1] < mentions[head][1]:
                head, tail = tail, head
            key = name, index_in_unit[head], index_in_unit[tail]
            relations[unit].setdefault(key, Relation(*key, score))
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
