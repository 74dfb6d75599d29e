"""Clusters of mentions, and the items of a document that document protocols compare."""

from collections.abc import Hashable, Sequence

from jointre.data.schema import Document, Span
from jointre.evaluation.matching import Key, match_sets
from jointre.evaluation.report import Tally

Cluster = frozenset[Span]
"""Coreferent mentions: the set of all spans of an entity."""


def clusters_of(document: Document) -> list[Cluster]:
    """The cluster of each entity, by the entity's index.

    It has the mentions of the entity, and those of the entities that ``Document.clusters`` puts
    into the same group, directly or through other groups.
    """
    groups = [{index} for index in range(len(document.entities))]
    for indices in document.clusters:
        merged = set().union(*(groups[index] for index in indices))
        for index in merged:
            groups[index] = merged
    return [
        frozenset(span for index in group for span in document.entities[index].mentions)
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
    return {
        (arguments[relation.head], arguments[relation.tail], relation.label)
        for relation in document.relations
    }


def typed(document: Document, arguments: Sequence[Hashable]) -> list[Hashable]:
    """Each entity's argument together with the entity's type."""
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
    gold_clusters, predicted_clusters = clusters_of(gold), clusters_of(predicted)
    gold_arguments, predicted_arguments = arguments or (gold_clusters, predicted_clusters)
    return {
        "mention": match_sets(mention_keys(gold_clusters), mention_keys(predicted_clusters)),
        "cluster": match_sets(cluster_keys(gold_clusters), cluster_keys(predicted_clusters)),
        "entity": match_sets(
            entity_keys(gold, gold_clusters), entity_keys(predicted, predicted_clusters)
        ),
        "relation_boundary": match_sets(
            relation_keys(gold, gold_arguments), relation_keys(predicted, predicted_arguments)
        ),
        "relation_strict": match_sets(
            relation_keys(gold, typed(gold, gold_arguments)),
            relation_keys(predicted, typed(predicted, predicted_arguments)),
        ),
    }
