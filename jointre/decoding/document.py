"""Mentions, clusters and pairs → entities and relations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import torch
from annotated_types import Ge, Le
from jaxtyping import Float, Int
from torch import Tensor

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.decoding.clustering import cluster
from jointre.layout import Spans

Threshold = Annotated[float, Ge(0), Le(1)]


@dataclass(frozen=True, slots=True)
class FoundEntities:
    """The mentions of a batch and the entities they make up.

    Shapes:
        spans and scores ``"m"``, members ``"l 2"``: (mention, entity) ordered by entity,
        units, labels and label_scores ``"g"`` of the entities.
    """

    spans: Spans
    scores: Float[Tensor, " m"]
    members: Int[Tensor, "l 2"]
    units: Int[Tensor, " g"]
    labels: Int[Tensor, " g"]
    label_scores: Float[Tensor, " g"]


class DocumentDecoder:
    """Decides what is a mention, which corefer, and which entities are related (memory §5).

    Paper: https://arxiv.org/abs/2307.11762

    Owner gives: ``vocabulary``.

    Args:
        mention_threshold: a span is a mention when its probability is at least this.
        coreference_threshold: all pairs of mentions of an entity are more probable than this.
        relation_threshold: a relation is kept when its probability is at least this.
    """

    given: ClassVar[tuple[str, ...]] = ("vocabulary",)

    def __init__(
        self,
        vocabulary: Vocabulary,
        mention_threshold: Threshold = 0.85,
        coreference_threshold: Threshold = 0.85,
        relation_threshold: Threshold = 0.6,
    ) -> None:
        self.vocabulary = vocabulary
        self.mention_threshold = mention_threshold
        self.coreference_threshold = coreference_threshold
        self.relation_threshold = relation_threshold

    def keep(self, probabilities: Float[Tensor, " s"]) -> Int[Tensor, " m"]:
        """Rows of the spans that are mentions."""
        return (probabilities >= self.mention_threshold).nonzero().flatten()

    def cluster(
        self,
        units: Int[Tensor, " m"],
        pairs: Int[Tensor, "q 2"],
        probabilities: Float[Tensor, " q"],
    ) -> tuple[Int[Tensor, "m 2"], Int[Tensor, " g"]]:
        """(mention, entity) ordered by entity, and the unit of each entity.

        Args:
            units: of the mentions, ascending.
            pairs: all mentions i < j of a unit, ordered by unit.
            probabilities: that they corefer.
        """
        unit = units.tolist()
        pair_unit = units[pairs[:, 0]].tolist()
        rows, scores = pairs.cpu().numpy(), probabilities.float().cpu().numpy()
        members: list[tuple[int, int]] = []
        owners: list[int] = []
        mention = pair = 0
        while mention < len(unit):
            own = unit[mention]
            last = mention + unit[mention:].count(own)
            end = pair + (last - mention) * (last - mention - 1) // 2
            assert pair_unit[pair:end] == [own] * (end - pair)
            numbers = cluster(
                last - mention,
                rows[pair:end] - mention,
                scores[pair:end],
                self.coreference_threshold,
            )
            groups: dict[int, list[int]] = {}
            for place, number in enumerate(numbers):
                groups.setdefault(int(number), []).append(mention + place)
            for group in groups.values():
                members += [(row, len(owners)) for row in group]
                owners.append(own)
            mention, pair = last, end
        device = units.device
        return (
            torch.tensor(members, dtype=torch.long, device=device).reshape(-1, 2),
            torch.tensor(owners, dtype=torch.long, device=device),
        )

    def documents(
        self,
        units: Sequence[Document],
        found: FoundEntities,
        pairs: Int[Tensor, "q 2"],
        probabilities: Float[Tensor, "q r"],
        assigned: Int[Tensor, "z 2"],
    ) -> list[Document]:
        """The units with predicted entities and relations.

        Args:
            units: the documents of the batch, in order.
            found: their entities.
            pairs: of entities.
            probabilities: of the relations between them.
            assigned: (pair, label) of the relations that are kept.
        """
        spans = torch.stack([found.spans.start, found.spans.end], 1).tolist()
        scores = found.scores.tolist()
        owners, labels = found.units.tolist(), found.labels.tolist()
        label_scores = found.label_scores.tolist()
        members: list[list[int]] = [[] for _ in owners]
        for mention, entity in found.members.tolist():
            members[entity].append(mention)
        entities: list[list[Entity]] = [[] for _ in units]
        local = []
        for entity, owner in enumerate(owners):
            local.append(len(entities[owner]))
            own = sorted(members[entity], key=lambda row: spans[row])
            entities[owner].append(
                Entity(
                    self.vocabulary.entity_labels[labels[entity]],
                    tuple(Span(*spans[row]) for row in own),
                    label_scores[entity],
                    tuple(scores[row] for row in own),
                )
            )
        relations: list[list[Relation]] = [[] for _ in units]
        links = torch.cat([pairs[assigned[:, 0]], assigned[:, 1:]], 1).tolist()
        link_scores = probabilities[assigned[:, 0], assigned[:, 1]].tolist()
        for (head, tail, label), score in zip(links, link_scores, strict=True):
            name = self.vocabulary.relation_labels[label]
            relations[owners[head]].append(Relation(name, local[head], local[tail], score))
        return [
            replace(document, entities=tuple(own), relations=tuple(links_), clusters=())
            for document, own, links_ in zip(units, entities, relations, strict=True)
        ]
