"""The decoder of the document model: clusters mentions and relates the entities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray
from torch import Tensor

from jointre.config.bounds import Weight
from jointre.data.name_keys import name_key
from jointre.data.names import NameRelation
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.decoding.clustering import cluster, linked_groups
from jointre.decoding.decoder import Decoder, Relations
from jointre.decoding.overlaps import Overlap
from jointre.decoding.thresholds import Threshold, Thresholds
from jointre.positions import Spans

DICTIONARY: Literal["dictionary"] = "dictionary"
NameLink = Literal["equal", "abbreviation", "dictionary"]
NAME_LINKS: Mapping[NameLink, NameRelation] = {
    "equal": NameRelation.EQUAL,
    "abbreviation": NameRelation.ABBREVIATION,
    DICTIONARY: NameRelation.SAME_CONCEPT,
}


@dataclass(frozen=True, slots=True)
class FoundEntities:
    """The mentions of a batch and the entities that they form.

    Shapes:
        spans and scores ``"m"``, mention_entity ``"l 2"``: (mention, entity) ordered by entity,
        units, labels, label_scores and accepted ``"g"`` of the entities: whether their label is
        probable enough.
    """

    spans: Spans
    scores: Float[Tensor, " m"]
    mention_entity: Int[Tensor, "l 2"]
    units: Int[Tensor, " g"]
    labels: Int[Tensor, " g"]
    label_scores: Float[Tensor, " g"]
    accepted: Bool[Tensor, " g"]


@Decoder.register("document")
class DocumentDecoder(Decoder):
    """Decides which spans are mentions, which corefer, and which entities are related (memory §5).

    Paper: https://arxiv.org/abs/2307.11762

    Args:
        mention_threshold: Minimum probability that a span is a mention.
        coreference_threshold: Minimum probability of coreference between any two mentions of an
            entity.
        entity_threshold: Minimum probability of an entity's label: a number, or one per label (``{
            default: 0.5, Disease: 0.7 }``). An entity with a lower probability is removed with its
            relations. null: every entity gets its most probable label.
        relation_threshold: Minimum probability of a relation label: a number, or one per label;
            null: 0.6, or the threshold that the loss has learned (0.5 with loss ``adaptive``), or
            the most probable label if labels are mutually exclusive.
        overlap: Which mentions may overlap: ``"all"``, ``"learned"`` (as in the training data,
            regardless of labels), ``"nested"`` or ``"flat"``. Of two mentions that may not overlap,
            the more probable one is kept.
        must_link: Mentions of one document that are of one entity whatever their probability of
            coreference is, unless their types differ: ``"equal"``, those whose names differ in
            case, hyphens and plural only; ``"abbreviation"``, a name and the short form that
            follows it in brackets, and all mentions with these names; ``"dictionary"``, those
            whose names mean the same entity in the training data (the archive then contains these
            names). Between the groups that result, the mean of the probabilities decides.
        cannot_link: Mentions that no probability of coreference makes one entity:
            ``"dictionary"``, those whose names mean different entities in the training data.
        relation_consistency: Weight of relations in coreference (TaG,
            https://aclanthology.org/2023.acl-long.607): the probability of coreference falls by
            this weight times the difference between the relations of the two mentions, from 0
            (the same) to 1. 0: coreference does not depend on relations.
        consistency: ``"string"``: a span that ``mention_threshold`` rejects is a mention too if
            the document has a mention of the same name, see ``consistency_threshold``. null: each
            span is decided on its own.
        consistency_threshold: Minimum probability of a span that is a mention for the sake of
            consistency. The mean of the two best probabilities of the name must lie halfway
            between this and ``mention_threshold`` or above, and no longer mention may contain the
            span.

    Raises:
        ConfigError: A threshold names an unknown label, or the overlaps of the training data
            are needed and not known.
    """

    given: ClassVar[tuple[str, ...]] = ("vocabulary",)
    default_relation_threshold: ClassVar[float] = 0.6
    labels_come_first: ClassVar[bool] = False

    def __init__(
        self,
        vocabulary: Vocabulary,
        mention_threshold: Threshold = 0.85,
        coreference_threshold: Threshold = 0.85,
        entity_threshold: Thresholds | None = None,
        relation_threshold: Thresholds | None = None,
        overlap: Overlap = "all",
        must_link: Sequence[NameLink] = (),
        cannot_link: Sequence[Literal["dictionary"]] = (),
        relation_consistency: Weight = 0.0,
        consistency: Literal["string"] | None = None,
        consistency_threshold: Threshold = 0.3,
    ) -> None:
        super().__init__(vocabulary, entity_threshold, relation_threshold, overlap)
        self.mention_threshold = mention_threshold
        self.coreference_threshold = coreference_threshold
        self.must_link, self.cannot_link = tuple(must_link), tuple(cannot_link)
        self.relation_consistency = relation_consistency
        self.consistency = consistency
        self.consistency_threshold = consistency_threshold

    @property
    def reads_dictionary(self) -> bool:
        """Whether mentions are linked by the names of the training data."""
        return DICTIONARY in self.must_link or DICTIONARY in self.cannot_link

    def find_spans(
        self,
        spans: Spans,
        probabilities: Float[Tensor, " s"],
        tokens: Sequence[Sequence[str]],
    ) -> Int[Tensor, " m"]:
        """Rows of the candidate spans that are mentions.

        Args:
            spans: Candidate spans, ordered by unit.
            probabilities: Probability that each of them is a mention.
            tokens: Words of each unit.
        """
        accepted = probabilities >= self.mention_threshold
        if self.consistency is not None:
            accepted[self._consistent(spans, probabilities, tokens)] = True
        rows = accepted.nonzero().flatten()
        keep = self._overlap.keep(spans[rows], torch.zeros_like(rows), probabilities[rows])
        return rows if keep is None else rows[keep]

    def _consistent(
        self, spans: Spans, probabilities: Float[Tensor, " s"], tokens: Sequence[Sequence[str]]
    ) -> Int[Tensor, " r"]:
        """Rows of the spans that are mentions because others of the same name are."""
        rows = (probabilities >= self.consistency_threshold).nonzero().flatten()
        candidates = spans[rows]
        bounds = torch.stack([candidates.unit, candidates.start, candidates.end], 1).cpu().numpy()
        scores = probabilities[rows].float().cpu().numpy()
        numbers: dict[tuple[int, str], int] = {}
        group = np.array(
            [
                numbers.setdefault((unit, name_key(tokens[unit][start:end])), len(numbers))
                for unit, start, end in bounds.tolist()
            ],
            np.int64,
        )
        added = consistent_mentions(
            bounds, group, scores, self.mention_threshold, self.consistency_threshold
        )
        return rows[torch.from_numpy(added).to(rows.device)]

    def consistent(
        self, probabilities: Float[Tensor, " q"], differences: Float[Tensor, " q"]
    ) -> Float[Tensor, " q"]:
        """Coreference probabilities, lowered where the relations of two mentions differ.

        Args:
            probabilities: Coreference probability of each pair.
            differences: What :func:`relation_differences` says of each pair.
        """
        return (probabilities - self.relation_consistency * differences).clamp(min=0.0)

    def cluster(
        self,
        units: NDArray[np.int64],
        pairs: NDArray[np.int64],
        probabilities: Float[Tensor, " q"],
        name_relations: NDArray[np.int64],
        types: NDArray[np.int64] | None,
    ) -> tuple[Int[Tensor, "m 2"], Int[Tensor, " g"]]:
        """(mention, entity) ordered by entity, and the unit of each entity.

        Args:
            units: Unit of each mention, ascending; on the host, like the pairs.
            pairs: Pairs of mentions, as :func:`mention_pairs` makes them.
            probabilities: Coreference probability of each pair.
            name_relations: How the names of each pair are related
                (:class:`~jointre.data.names.NameRelation`).
            types: Label of each mention as an entity of its own; None where ``must_link`` is empty.
        """
        scores = probabilities.detach().float().cpu().numpy()
        if self.cannot_link:
            scores = np.where(name_relations == NameRelation.DIFFERENT_CONCEPT, 0.0, scores)
        groups = None
        if self.must_link and types is not None:
            linked = np.isin(name_relations, [NAME_LINKS[link] for link in self.must_link])
            linked &= types[pairs[:, 0]] == types[pairs[:, 1]]
            groups = linked_groups(len(units), pairs[linked])
        first_mentions = np.unique(units, return_index=True)[1]
        sizes = np.diff(np.append(first_mentions, len(units)))
        pair_ends = np.cumsum(sizes * (sizes - 1) // 2)
        entity = np.zeros(len(units), np.int64)
        count = 0
        for start, size, pair_end in zip(first_mentions, sizes, pair_ends, strict=True):
            of_unit = slice(pair_end - size * (size - 1) // 2, pair_end)
            clusters = cluster(
                int(size),
                pairs[of_unit] - start,
                scores[of_unit],
                self.coreference_threshold,
                None if groups is None else _from_zero(groups[start : start + size]),
            )
            entity[start : start + size] = count + clusters
            count += int(clusters.max()) + 1
        order = entity.argsort(kind="stable")
        mention_entity = np.stack([order, entity[order]], 1)
        first_rows = np.searchsorted(mention_entity[:, 1], np.arange(count))
        device = probabilities.device
        return (
            torch.from_numpy(mention_entity).to(device),
            torch.from_numpy(units[order[first_rows]]).to(device),
        )

    def documents(
        self,
        units: Sequence[Document],
        found_entities: FoundEntities,
        pairs: Int[Tensor, "q 2"],
        found_relations: Relations,
        given: bool = False,
    ) -> list[Document]:
        """The units with predicted entities and relations, in one transfer from the device.

        Mentions are in reading order, entities in the order of their numbers.

        Args:
            units: The documents of the batch, in order.
            found_entities: Their entities.
            pairs: (head, tail) rows of the entities.
            found_relations: The relations of these pairs.
            given: Whether the entities are given, so that none is dropped.
        """
        host = _transferred(found_entities, pairs, found_relations)
        dropped = set() if given else host.dropped
        entities: list[list[Entity]] = [[] for _ in units]
        index_in_unit = []
        for number, ((unit, label), mentions, score) in enumerate(
            zip(host.types, host.mentions, host.scores, strict=True)
        ):
            index_in_unit.append(len(entities[unit]))
            if number in dropped:
                continue
            name = self.vocabulary.entity_labels[label]
            spans, mention_scores = zip(
                *((Span(*span), mention_score) for span, mention_score in mentions), strict=True
            )
            entities[unit].append(Entity(name, spans, score, mention_scores))
        relations: list[list[Relation]] = [[] for _ in units]
        for (head, tail, label), score in zip(host.links, host.link_scores, strict=True):
            if {head, tail} & dropped:
                continue
            name = self.vocabulary.relation_labels[label]
            unit = host.types[head][0]
            relations[unit].append(Relation(name, index_in_unit[head], index_in_unit[tail], score))
        return [
            replace(
                document,
                entities=tuple(unit_entities),
                relations=tuple(unit_relations),
                clusters=(),
            )
            for document, unit_entities, unit_relations in zip(
                units, entities, relations, strict=True
            )
        ]


def _from_zero(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = np.unique(groups, return_inverse=True)[1]
    return numbers


def consistent_mentions(
    spans: NDArray[np.int64],
    names: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    threshold: float,
    lower_threshold: float,
) -> NDArray[np.int64]:
    """Rows of spans below the threshold that are mentions because others of their name are.

    Args:
        spans: (unit, start, end) of spans that reach the lower threshold.
        names: The name of each span, numbered; spans of different units have different names.
        probabilities: Probability that each span is a mention.
        threshold: Probability at which a span is a mention on its own.
        lower_threshold: Probability at which it is one for the sake of consistency.

    Shapes:
        spans ``"s 3"``, names and probabilities ``"s"`` → ``"r"``.

    Example:
        >>> spans = np.array([[0, 2, 4], [0, 9, 11], [0, 10, 11]])
        >>> probabilities = np.array([0.9, 0.5, 0.5], np.float32)
        >>> consistent_mentions(spans, np.array([0, 0, 1]), probabilities, 0.85, 0.3).tolist()
        [1]
    """
    accepted = probabilities >= threshold
    order = np.lexsort((-probabilities, names))
    first = np.unique(names[order], return_index=True)[1]
    sizes = np.diff(np.append(first, len(order)))
    ranked = probabilities[order]
    best = ranked[first]
    second = ranked[np.minimum(first + 1, len(order) - 1)]
    agreed = (best >= threshold) & (sizes > 1)
    agreed &= (best + second) / 2 >= (threshold + lower_threshold) / 2
    inside = _inside(spans, spans[accepted])
    rows: NDArray[np.int64] = np.flatnonzero(~accepted & agreed[names] & ~inside)
    return rows


def _inside(spans: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which spans (unit, start, end) lie inside one of the others, or equal it."""
    if not len(others):
        return np.zeros(len(spans), bool)
    size = int(max(spans[:, 2].max(), others[:, 2].max())) + 1
    start, end = spans[:, 0] * size + spans[:, 1], spans[:, 0] * size + spans[:, 2]
    order = np.argsort(others[:, 0] * size + others[:, 1], kind="stable")
    starts = (others[:, 0] * size + others[:, 1])[order]
    farthest = np.maximum.accumulate((others[:, 0] * size + others[:, 2])[order])
    before = np.searchsorted(starts, start, side="right") - 1
    result: NDArray[np.bool_] = (before >= 0) & (farthest[np.maximum(before, 0)] >= end)
    return result


def mention_pairs(units: NDArray[np.int64]) -> NDArray[np.int64]:
    """All pairs i < j of mentions of one unit, by i, then j. Clustering reads no other pairs.

    Args:
        units: Unit of each mention, ascending.

    Shapes:
        units ``"m"`` → ``"q 2"``.

    Example:
        >>> mention_pairs(np.array([0, 0, 0, 4])).tolist()
        [[0, 1], [0, 2], [1, 2]]
    """
    row = np.arange(len(units))
    later = np.searchsorted(units, units, side="right") - row - 1
    head = np.repeat(row, later)
    offset = np.arange(len(head)) - np.repeat(later.cumsum() - later, later)
    return np.stack([head, head + 1 + offset], 1)


class _Host(NamedTuple):
    """The entities and relations of a batch as plain numbers, outside the device's memory.

    Args:
        types: Unit and label of each entity.
        scores: Probability of the label of each entity.
        mentions: Span and score of the mentions of each entity, in reading order.
        dropped: Entities whose label is not probable enough.
        links: Head, tail and label of each relation.
        link_scores: Probability of each relation.
    """

    types: list[list[int]]
    scores: list[float]
    mentions: list[list[tuple[tuple[int, int], float]]]
    dropped: set[int]
    links: list[list[int]]
    link_scores: list[float]


def _transferred(entities: FoundEntities, pairs: Int[Tensor, "q 2"], relations: Relations) -> _Host:
    """Copy entities and relations from the device, packed into one tensor of each type."""
    mention_row, entity_number = entities.mention_entity.unbind(1)
    spans = torch.stack([entities.spans.start[mention_row], entities.spans.end[mention_row]], 1)
    types = torch.stack([entities.units, entities.labels, entities.accepted.long()], 1)
    links = torch.cat([pairs[relations.rows], relations.labels[:, None]], 1)
    integers = torch.cat([part.flatten() for part in (spans, entity_number, types, links)]).cpu()
    probabilities = [entities.scores[mention_row], entities.label_scores, relations.probabilities]
    scores = torch.cat([part.float() for part in probabilities]).cpu().tolist()
    sizes = [2 * len(spans), len(spans), 3 * len(types), 3 * len(links)]
    host_spans, host_numbers, host_types, host_links = torch.split(integers, sizes)
    mentions: list[list[tuple[tuple[int, int], float]]] = [[] for _ in range(len(types))]
    for (start, end), number, score in zip(
        host_spans.reshape(-1, 2).tolist(),
        host_numbers.tolist(),
        scores[: len(spans)],
        strict=True,
    ):
        mentions[number].append(((start, end), score))
    first_relation = len(spans) + len(types)
    return _Host(
        [[unit, label] for unit, label, _ in host_types.reshape(-1, 3).tolist()],
        scores[len(spans) : first_relation],
        [sorted(entity_mentions) for entity_mentions in mentions],
        set((host_types.reshape(-1, 3)[:, 2] == 0).nonzero()[:, 0].tolist()),
        host_links.reshape(-1, 3).tolist(),
        scores[first_relation:],
    )
