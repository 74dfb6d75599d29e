"""Spans and pairs → entities and relations."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, ClassVar

import torch
from annotated_types import Ge, Le
from jaxtyping import Float, Int
from torch import Tensor

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.layout import Spans


class SpanDecoder:
    """Makes entities of mentions and relations of pairs (SINET §3.8).

    Owner gives: ``vocabulary``.

    Args:
        relation_threshold: a relation is kept when its probability is at least this, if the
            loss allows a pair several labels.
    """

    given: ClassVar[tuple[str, ...]] = ("vocabulary",)

    def __init__(
        self,
        vocabulary: Vocabulary,
        relation_threshold: Annotated[float, Ge(0), Le(1)] = 0.5,
    ) -> None:
        self.vocabulary = vocabulary
        self.relation_threshold = relation_threshold

    def documents(
        self,
        units: Sequence[Document],
        spans: Spans,
        entity_probabilities: Float[Tensor, "m e"],
        labels: Int[Tensor, " m"] | None,
        pairs: Int[Tensor, "q 2"],
        relation_probabilities: Float[Tensor, "q r"],
        assigned: Int[Tensor, "z 2"],
    ) -> list[Document]:
        """The units with predicted entities and relations, in one transfer from the device.

        Args:
            units: the documents of the batch, in order.
            spans: the kept spans, in order of units.
            entity_probabilities: label probabilities of the kept spans.
            labels: given labels of the kept spans, -1 where only the span is given; None:
                the most probable ones.
            pairs: (head, tail) rows of the kept spans.
            relation_probabilities: one for each pair and label.
            assigned: (pair, label) of the relations that are kept.
        """
        best = entity_probabilities.argmax(1)
        best = best if labels is None else labels.where(labels >= 0, best)
        score = entity_probabilities.gather(1, best[:, None])[:, 0]
        rows = torch.stack([spans.unit, spans.start, spans.end, best], 1)
        triples = torch.cat([pairs[assigned[:, 0]], assigned[:, 1:]], 1)
        triple_score = relation_probabilities[assigned[:, 0], assigned[:, 1]]
        packed = torch.cat([rows.flatten(), triples.flatten()]).cpu()
        scores = torch.cat([score, triple_score]).cpu().tolist()
        size = len(rows)
        mentions = packed[: 4 * size].view(-1, 4).tolist()
        links = packed[4 * size :].view(-1, 3).tolist()
        return self._assemble(units, mentions, scores[:size], links, scores[size:])

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
        local: list[int] = []
        for (unit, start, end, label), score in zip(mentions, scores, strict=True):
            local.append(len(entities[unit]))
            name = self.vocabulary.entity_labels[label]
            entities[unit].append(Entity(name, (Span(start, end),), score))
        for (head, tail, label), score in zip(links, link_scores, strict=True):
            unit = mentions[head][0]
            name = self.vocabulary.relation_labels[label]
            if name in self.vocabulary.symmetric and mentions[tail][1] < mentions[head][1]:
                head, tail = tail, head
            key = name, local[head], local[tail]
            relations[unit].setdefault(key, Relation(name, local[head], local[tail], score))
        return [
            replace(document, entities=tuple(own), relations=tuple(found.values()), clusters=())
            for document, own, found in zip(units, entities, relations, strict=True)
        ]
