"""Mentions, clusters and pairs → entities and relations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
import torch
from annotated_types import Ge, Le
from jaxtyping import Float, Int
from numpy.typing import NDArray
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
        units: NDArray[np.int64],
        pairs: NDArray[np.int64],
        probabilities: Float[Tensor, " q"],
    ) -> tuple[Int[Tensor, "m 2"], Int[Tensor, " g"]]:
        """(mention, entity) ordered by entity, and the unit of each entity.

        Args:
            units: of the mentions, ascending; on the host, as the pairs.
            pairs: what :func:`mention_pairs` made of the units.
            probabilities: that they corefer.
        """
        scores = probabilities.detach().float().cpu().numpy()
        first = np.unique(units, return_index=True)[1]
        sizes = np.diff(np.append(first, len(units)))
        after = np.cumsum(sizes * (sizes - 1) // 2)
        entity = np.zeros(len(units), np.int64)
        count = 0
        for start, size, end in zip(first, sizes, after, strict=True):
            own = slice(end - size * (size - 1) // 2, end)
            numbers = cluster(
                int(size), pairs[own] - start, scores[own], self.coreference_threshold
            )
            entity[start : start + size] = count + numbers
            count += int(numbers.max()) + 1
        order = entity.argsort(kind="stable")
        members = np.stack([order, entity[order]], 1)
        opening = np.searchsorted(members[:, 1], np.arange(count))
        device = probabilities.device
        return (
            torch.from_numpy(members).to(device),
            torch.from_numpy(units[order[opening]]).to(device),
        )

    def documents(
        self,
        units: Sequence[Document],
        found: FoundEntities,
        pairs: Int[Tensor, "q 2"],
        probabilities: Float[Tensor, "q r"],
        assigned: Int[Tensor, "z 2"],
    ) -> list[Document]:
        """The units with predicted entities and relations, in one transfer from the device.

        Mentions are in reading order, entities in the order of their numbers.

        Args:
            units: the documents of the batch, in order.
            found: their entities.
            pairs: of entities.
            probabilities: of the relations between them.
            assigned: (pair, label) of the relations that are kept.
        """
        host = _transferred(found, pairs, probabilities, assigned)
        entities: list[list[Entity]] = [[] for _ in units]
        local = []
        for (owner, label), rows, score in zip(host.types, host.mentions, host.scores, strict=True):
            local.append(len(entities[owner]))
            name = self.vocabulary.entity_labels[label]
            spans, scores = zip(*((Span(*span), value) for span, value in rows), strict=True)
            entities[owner].append(Entity(name, spans, score, scores))
        relations: list[list[Relation]] = [[] for _ in units]
        for (head, tail, label), score in zip(host.links, host.link_scores, strict=True):
            name = self.vocabulary.relation_labels[label]
            owner = host.types[head][0]
            relations[owner].append(Relation(name, local[head], local[tail], score))
        return [
            replace(document, entities=tuple(own), relations=tuple(links), clusters=())
            for document, own, links in zip(units, entities, relations, strict=True)
        ]


def mention_pairs(units: NDArray[np.int64]) -> NDArray[np.int64]:
    """All pairs i < j of mentions of one unit, by i, then j: only these decide.

    Args:
        units: of the mentions, ascending.

    Shapes:
        units ``"m"`` → ``"q 2"``.

    Example:
        >>> mention_pairs(np.array([0, 0, 0, 4])).tolist()
        [[0, 1], [0, 2], [1, 2]]
    """
    row = np.arange(len(units))
    later = np.searchsorted(units, units, side="right") - row - 1
    head = np.repeat(row, later)
    place = np.arange(len(head)) - np.repeat(later.cumsum() - later, later)
    return np.stack([head, head + 1 + place], 1)


class _Host(NamedTuple):
    """What documents are made of, as plain numbers.

    Args:
        types: unit and label of each entity.
        scores: of the labels.
        mentions: of each entity in reading order: span and score.
        links: head, tail, label of each relation.
        link_scores: of the relations.
    """

    types: list[list[int]]
    scores: list[float]
    mentions: list[list[tuple[tuple[int, int], float]]]
    links: list[list[int]]
    link_scores: list[float]


def _transferred(
    found: FoundEntities,
    pairs: Int[Tensor, "q 2"],
    probabilities: Float[Tensor, "q r"],
    assigned: Int[Tensor, "z 2"],
) -> _Host:
    """All of it, packed for the way from the device."""
    mention = found.members[:, 0]
    rows = torch.stack([found.spans.start[mention], found.spans.end[mention]], 1)
    entity = torch.stack([found.units, found.labels], 1)
    links = torch.cat([pairs[assigned[:, 0]], assigned[:, 1:]], 1)
    link_scores = probabilities[assigned[:, 0], assigned[:, 1]]
    whole = torch.cat([part.flatten() for part in (rows, found.members[:, 1], entity, links)])
    parts = [found.scores[mention], found.label_scores, link_scores]
    numbers = torch.cat([part.float() for part in parts]).cpu().tolist()
    packed = whole.cpu()
    sizes = [2 * len(rows), len(rows), 2 * len(entity), 3 * len(links)]
    spans, owner, types, triples = torch.split(packed, sizes)
    mentions: list[list[tuple[tuple[int, int], float]]] = [[] for _ in range(len(entity))]
    for (start, end), number, score in zip(
        spans.reshape(-1, 2).tolist(), owner.tolist(), numbers[: len(rows)], strict=True
    ):
        mentions[number].append(((start, end), score))
    edge = len(rows) + len(entity)
    return _Host(
        types.reshape(-1, 2).tolist(),
        numbers[len(rows) : edge],
        [sorted(own) for own in mentions],
        triples.reshape(-1, 3).tolist(),
        numbers[edge:],
    )
