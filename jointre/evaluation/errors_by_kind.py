"""Errors by kind: what went wrong with each entity and relation that does not match."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from jointre.data.schema import Document, Span
from jointre.evaluation.clusters import clusters_of
from jointre.evaluation.matching import mentions, triples
from jointre.evaluation.metric import Metric, check_pairs

ENTITY_KINDS = ("correct", "type", "boundary", "missed", "spurious")
RELATION_KINDS = (
    *("correct", "type", "direction", "label", "boundary", "argument", "missed", "spurious"),
)

Item = TypeVar("Item", bound=Hashable)


class EntityItem(NamedTuple):
    """An entity: its mentions, only one unless entities are clusters of mentions, and its label."""

    mentions: tuple[Span, ...]
    label: str | None

    def overlaps(self, other: "EntityItem") -> bool:
        """Whether a mention of one shares a token with a mention of the other."""
        return any(
            one.start < two.end and two.start < one.end
            for one in self.mentions
            for two in other.mentions
        )


class RelationItem(NamedTuple):
    """A relation with its arguments written out."""

    head: EntityItem
    tail: EntityItem
    label: str

    @property
    def mentions(self) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """The mentions of both arguments."""
        return self.head.mentions, self.tail.mentions

    def reversed(self) -> "RelationItem":
        """The relation with head and tail exchanged."""
        return RelationItem(self.tail, self.head, self.label)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Item]):
    """A gold item, a predicted item, or a pair of both.

    Args:
        kind: One of ``ENTITY_KINDS`` or ``RELATION_KINDS``.
        gold: Annotated item; None if the predicted item is spurious.
        predicted: Predicted item; None if the gold item is missed.
    """

    kind: str
    gold: Item | None
    predicted: Item | None


@dataclass(frozen=True, slots=True)
class DocumentOutcomes:
    """The outcomes of one document.

    Args:
        entities: Outcome of each entity.
        relations: Outcome of each relation.
    """

    entities: list[Outcome[EntityItem]]
    relations: list[Outcome[RelationItem]]

    def by_task(self) -> list[tuple[str, Outcome[Any]]]:
        """All outcomes, each with its task: ``"entity"`` or ``"relation"``."""
        return [
            *(("entity", outcome) for outcome in self.entities),
            *(("relation", outcome) for outcome in self.relations),
        ]


def outcomes(
    gold: Sequence[Document], predicted: Sequence[Document], metric: Metric
) -> list[DocumentOutcomes]:
    """The outcomes of each document.

    Args:
        gold: Annotated documents.
        predicted: The same documents in the same order, as predicted.
        metric: A protocol; it says whether entities are clusters of mentions, and which relations
            are symmetric.

    Raises:
        DataError: The documents do not belong together, or the protocol is for entities of one
            mention, and a relation links others.
    """
    check_pairs(gold, predicted)
    clustered = compares_clusters(metric)
    symmetric = frozenset() if clustered else metric.symmetric
    return [
        DocumentOutcomes(
            entity_outcomes(gold_document, predicted_document, clustered),
            relation_outcomes(gold_document, predicted_document, symmetric, clustered),
        )
        for gold_document, predicted_document in zip(gold, predicted, strict=True)
    ]


def compares_clusters(metric: Metric) -> bool:
    """Whether the entities of a protocol are clusters of mentions."""
    return "cluster" in metric.blocks


def errors_by_kind(documents: Iterable[DocumentOutcomes]) -> dict[str, dict[str, int]]:
    """How many entities and relations are correct or wrong in each way.

    Every predicted and every gold item (duplicates collapsed) is counted exactly once, and a pair
    of them counts once. So the number of predicted items is the sum of all kinds except ``missed``,
    and the number of gold items that of all kinds except ``spurious``.

    Args:
        documents: The outcomes of each document.
    """
    counts = {
        "entity": dict.fromkeys(ENTITY_KINDS, 0),
        "relation": dict.fromkeys(RELATION_KINDS, 0),
    }
    for document in documents:
        for entity in document.entities:
            counts["entity"][entity.kind] += 1
        for relation in document.relations:
            counts["relation"][relation.kind] += 1
    return counts


def entity_items(document: Document, clustered: bool) -> list[tuple[EntityItem, float | None]]:
    """The distinct entities of a document that have a label, with their scores.

    Args:
        document: Gold or predicted document.
        clustered: Whether an entity is the cluster of all its mentions; else each mention is one.
    """
    scored: dict[EntityItem, float | None] = {}
    if not clustered:
        for mention, score in mentions(document):
            scored.setdefault(EntityItem((mention.span,), mention.label), score)
        return list(scored.items())
    for cluster, entity in zip(clusters_of(document), document.entities, strict=True):
        if entity.label is not None:
            scored.setdefault(EntityItem(tuple(sorted(cluster)), entity.label), entity.score)
    return list(scored.items())


def relation_items(
    document: Document, symmetric: frozenset[str], clustered: bool
) -> list[tuple[RelationItem, float | None]]:
    """The distinct relations of a document, with their scores.

    Args:
        document: Gold or predicted document.
        symmetric: Relation labels whose direction has no meaning; such relations are read from
            left to right.
        clustered: Whether an entity is the cluster of all its mentions.

    Raises:
        DataError: An argument has several mentions, but entities are not clusters.
    """
    scored: dict[RelationItem, float | None] = {}
    if clustered:
        clusters = [tuple(sorted(cluster)) for cluster in clusters_of(document)]
        arguments = [
            EntityItem(cluster, entity.label)
            for cluster, entity in zip(clusters, document.entities, strict=True)
        ]
        items = [
            (RelationItem(arguments[each.head], arguments[each.tail], each.label), each.score)
            for each in document.relations
        ]
    else:
        items = [
            (
                RelationItem(
                    EntityItem((triple.head.span,), triple.head.label),
                    EntityItem((triple.tail.span,), triple.tail.label),
                    triple.label,
                ),
                score,
            )
            for triple, score in triples(document, "errors by kind")
        ]
    for item, score in items:
        starts = item.head.mentions[0].start, item.tail.mentions[0].start
        if item.label in symmetric and starts[1] < starts[0]:
            item = item.reversed()
        scored.setdefault(item, score)
    return list(scored.items())


def entity_outcomes(
    gold: Document, predicted: Document, clustered: bool = False
) -> list[Outcome[EntityItem]]:
    """The outcome of each entity of a document; the best explanation is tried first.

    ``type``: the mentions are correct, but not the label. ``boundary``: the label is correct and
    mentions overlap. All other entities are ``missed`` or ``spurious``.

    Args:
        gold: Annotated document.
        predicted: The same document, as predicted.
        clustered: Whether an entity is the cluster of all its mentions.
    """
    pairing = _Pairing[EntityItem](
        [item for item, _ in entity_items(gold, clustered)],
        [item for item, _ in entity_items(predicted, clustered)],
    )
    pairing.match("correct", lambda item: item)
    pairing.match("type", lambda item: item.mentions)
    pairing.match("boundary", lambda item: item.label, EntityItem.overlaps)
    return pairing.finish()


def relation_outcomes(
    gold: Document,
    predicted: Document,
    symmetric: frozenset[str] = frozenset(),
    clustered: bool = False,
) -> list[Outcome[RelationItem]]:
    """The outcome of each relation of a document; the best explanation is tried first.

    ``type``: mentions and label are correct, but not an entity type. ``direction``: correct except
    that head and tail are exchanged. ``label``: the arguments are correct, but not the label.
    ``boundary``: the label is correct, and the mentions of both arguments overlap. ``argument``:
    the label is correct, and so is one argument, at least in part. All other relations are
    ``missed`` or ``spurious``.

    Args:
        gold: Annotated document.
        predicted: The same document, as predicted.
        symmetric: Relation labels whose direction has no meaning.
        clustered: Whether an entity is the cluster of all its mentions.

    Raises:
        DataError: An argument has several mentions, but entities are not clusters.
    """
    pairing = _Pairing[RelationItem](
        [item for item, _ in relation_items(gold, symmetric, clustered)],
        [item for item, _ in relation_items(predicted, symmetric, clustered)],
    )
    pairing.match("correct", lambda item: item)
    pairing.match("type", lambda item: (item.mentions, item.label))
    pairing.match(
        "direction",
        lambda item: (item.mentions, item.label),
        gold_key=lambda item: (item.reversed().mentions, item.label),
    )
    pairing.match("label", lambda item: item.mentions)
    pairing.match("boundary", lambda item: item.label, _both_arguments_overlap)
    pairing.match("argument", lambda item: item.label, _one_argument_overlaps)
    return pairing.finish()


def _both_arguments_overlap(gold: RelationItem, predicted: RelationItem) -> bool:
    return gold.head.overlaps(predicted.head) and gold.tail.overlaps(predicted.tail)


def _one_argument_overlaps(gold: RelationItem, predicted: RelationItem) -> bool:
    return gold.head.overlaps(predicted.head) or gold.tail.overlaps(predicted.tail)


def confusion(
    outcomes: Iterable[Outcome[EntityItem]] | Iterable[Outcome[RelationItem]],
) -> dict[tuple[str | None, str | None], int]:
    """How often a gold label and a predicted label come together, for the same mentions.

    None stands for no label: of a gold item whose mentions were not predicted, or the reverse.

    Args:
        outcomes: Outcomes of entities, or of relations.
    """
    counts: dict[tuple[str | None, str | None], int] = {}
    for outcome in outcomes:
        gold = None if outcome.gold is None else outcome.gold.label
        predicted = None if outcome.predicted is None else outcome.predicted.label
        same = outcome.kind in ("correct", "type", "label")
        pairs = [(gold, predicted)] if same else [(gold, None), (None, predicted)]
        for pair in pairs:
            if pair != (None, None):
                counts[pair] = counts.get(pair, 0) + 1
    return counts


class _Pairing(Generic[Item]):
    """Pairs gold items with predicted ones by several rules in turn; each item is used once."""

    def __init__(self, gold: list[Item], predicted: list[Item]) -> None:
        self.gold = gold
        self.predicted = predicted
        self.outcomes: list[Outcome[Item]] = []

    def match(
        self,
        kind: str,
        key: Callable[[Item], Hashable],
        condition: Callable[[Item, Item], bool] = lambda gold, predicted: True,
        gold_key: Callable[[Item], Hashable] | None = None,
    ) -> None:
        """Pair the remaining items by a rule, in their order.

        Args:
            kind: Kind of the outcomes.
            key: Key of an item; two items with equal keys may be paired.
            condition: Says whether a gold and a predicted item with equal keys are paired.
            gold_key: Key of a gold item; None: ``key``.
        """
        unpaired_gold: dict[Hashable, list[Item]] = {}
        for item in self.gold:
            unpaired_gold.setdefault((gold_key or key)(item), []).append(item)
        unpaired = []
        for item in self.predicted:
            candidates = unpaired_gold.get(key(item), [])
            partner = next((gold for gold in candidates if condition(gold, item)), None)
            if partner is None:
                unpaired.append(item)
            else:
                candidates.remove(partner)
                self.outcomes.append(Outcome(kind, partner, item))
        self.predicted = unpaired
        self.gold = [item for group in unpaired_gold.values() for item in group]

    def finish(self) -> list[Outcome[Item]]:
        """All outcomes; items without a partner are missed or spurious."""
        missed = [Outcome("missed", item, None) for item in self.gold]
        spurious = [Outcome("spurious", None, item) for item in self.predicted]
        return [*self.outcomes, *missed, *spurious]
