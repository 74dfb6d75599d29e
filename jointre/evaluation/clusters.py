"""Clusters of mentions, and the items of a document that document protocols compare."""

from collections.abc import Hashable, Sequence

from jointre.data.schema import Document, Span
from jointre.evaluation.matching import Key, match_sets
from jointre.evaluation.report import Tally

Cluster = frozenset[Span]
"""Coreferent mentions: all spans of an entity, in no order and each once."""


def clusters_of(document: Document) -> list[Cluster]:
    """The cluster of each entity, by the entity's index.

    It holds the entity's mentions, and those of the entities that ``Document.clusters``
    groups with it, directly or through others.
    """
    groups = [{index} for index in range(len(document.entities))]
    for named in document.clusters:
        merged = set().union(*(groups[member] for member in named))
        for member in merged:
            groups[member] = merged
    return [
        frozenset(span for member in group for span in document.entities[member].mentions)
        for group in groups
    ]


def mention_keys(clusters: Sequence[Cluster]) -> set[Key]:
    """Every mention of any entity; all count under the label ``mention``."""
    return {(span, "mention") for cluster in clusters for span in cluster}


def cluster_keys(clusters: Sequence[Cluster]) -> set[Key]:
    """Every cluster as the set of its mentions; all count under the label ``cluster``."""
    return {(cluster, "cluster") for cluster in clusters}


def entity_keys(document: Document, clusters: Sequence[Cluster]) -> set[Key]:
    """Cluster and type of every labelled entity."""
    return {
        (cluster, entity.label)
        for cluster, entity in zip(clusters, document.entities, strict=True)
        if entity.label is not None
    }


def relation_keys(document: Document, arguments: Sequence[Hashable]) -> set[Key]:
    """Head, tail and label of every relation.

    Args:
        document: Gold or predicted document.
        arguments: Hashable that represents each entity, by its index.
    """
    return {(arguments[one.head], arguments[one.tail], one.label) for one in document.relations}


def typed(document: Document, arguments: Sequence[Hashable]) -> list[Hashable]:
    """What stands for each entity, with the entity's type."""
    return [
        (argument, entity.label)
        for argument, entity in zip(arguments, document.entities, strict=True)
    ]


def cluster_tallies(
    gold: Document,
    predicted: Document,
    arguments: tuple[Sequence[Hashable], Sequence[Hashable]] | None = None,
) -> dict[str, Tally]:
    """The counts of one document for ``mention``, ``cluster``, ``entity`` and relations.

    Args:
        gold: Annotated document.
        predicted: The same document as predicted.
        arguments: Hashables that represent the gold and the predicted entities in relations;
            None: their clusters.
    """
    wanted, given = clusters_of(gold), clusters_of(predicted)
    heads = arguments or (wanted, given)
    return {
        "mention": match_sets(mention_keys(wanted), mention_keys(given)),
        "cluster": match_sets(cluster_keys(wanted), cluster_keys(given)),
        "entity": match_sets(entity_keys(gold, wanted), entity_keys(predicted, given)),
        "relation_boundary": match_sets(
            relation_keys(gold, heads[0]), relation_keys(predicted, heads[1])
        ),
        "relation_strict": match_sets(
            relation_keys(gold, typed(gold, heads[0])),
            relation_keys(predicted, typed(predicted, heads[1])),
        ),
    }
