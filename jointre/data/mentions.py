"""Documents with other mentions: one per entity, one entity per cluster, or without some."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from jointre.data.annotation import renumbered
from jointre.data.schema import Document, Entity, Span


def one_mention_per_entity(document: Document) -> tuple[Document, int]:
    """The document with one entity per mention, and the number of entities that were split.

    Relations join first mentions. The mentions of an entity that is split form a cluster, or join
    the cluster of the entity if it is in one.
    """
    if all(len(entity.mentions) == 1 for entity in document.entities):
        return document, 0
    entities: list[Entity] = []
    new_indices: list[range] = []
    for entity in document.entities:
        new_indices.append(range(len(entities), len(entities) + len(entity.mentions)))
        scores = entity.mention_scores or (None,) * len(entity.mentions)
        for mention, score in zip(entity.mentions, scores, strict=True):
            mention_scores = None if score is None else (score,)
            entities.append(replace(entity, mentions=(mention,), mention_scores=mention_scores))
    grouped = {member for group in document.clusters for member in group}
    split_entities = [index for index, indices in enumerate(new_indices) if len(indices) > 1]
    clusters = [
        tuple(new for old in group for new in new_indices[old]) for group in document.clusters
    ]
    clusters += [tuple(new_indices[index]) for index in split_entities if index not in grouped]
    relations = tuple(
        replace(relation, head=new_indices[relation.head][0], tail=new_indices[relation.tail][0])
        for relation in document.relations
    )
    changed = replace(
        document, entities=tuple(entities), relations=relations, clusters=tuple(clusters)
    )
    return changed, len(split_entities)


def one_entity_per_cluster(document: Document) -> tuple[Document, int, int]:
    """The document with the entities of each cluster merged into one, without clusters.

    Clusters that share an entity are merged too. A merged entity has the position of its first
    member, all mentions, each once, and the label of :func:`agreed_label`. Relations of the members
    become relations of it; those that are then equal are kept once.

    Returns:
        The document, the number of its entities whose members have different labels, and the
        number of relations that were dropped because they equal others.
    """
    roots = list(range(len(document.entities)))  # of each entity, the first one of its cluster
    for cluster in document.clusters:
        joined = {roots[member] for member in cluster}
        roots = [min(joined) if root in joined else root for root in roots]
    groups: dict[int, list[Entity]] = {root: [] for root in sorted(set(roots))}
    for root, entity in zip(roots, document.entities, strict=True):
        groups[root].append(entity)
    entities = [_merged(members) for members in groups.values()]
    labels = [{entity.label for entity in members} - {None} for members in groups.values()]
    mixed = sum(len(labels_of_group) > 1 for labels_of_group in labels)
    moved = [replace(r, head=roots[r.head], tail=roots[r.tail]) for r in document.relations]
    relations, _ = renumbered(list(groups), moved, ())
    distinct = tuple(dict.fromkeys(relations)) if document.clusters else relations
    changed = replace(document, entities=tuple(entities), relations=distinct, clusters=())
    return changed, mixed, len(relations) - len(distinct)


def _merged(members: Sequence[Entity]) -> Entity:
    """One entity with all mentions of its members; a single member is not changed."""
    if len(members) == 1:
        return members[0]
    labels = [entity.label for entity in members if entity.label is not None]
    mentions = dict.fromkeys(mention for entity in members for mention in entity.mentions)
    label = agreed_label(labels) if labels else None
    return Entity(label, tuple(mentions), id=members[0].id)


def in_reading_order(document: Document) -> Document:
    """The document with entities in the order of their first mentions, and relations likewise.

    Args:
        document: Document in which the mentions of each entity are sorted.
    """
    entities = document.entities
    order = sorted(range(len(entities)), key=lambda index: entities[index].span)
    ends = [(relation.head, relation.tail) for relation in document.relations]
    if order == list(range(len(entities))) and ends == sorted(ends):
        return document
    relations, clusters = renumbered(order, document.relations, document.clusters)
    return replace(
        document,
        entities=tuple(entities[index] for index in order),
        relations=tuple(sorted(relations, key=lambda relation: (relation.head, relation.tail))),
        clusters=clusters,
    )


def keep_entities(document: Document, keep: Callable[[Entity], bool]) -> tuple[Document, int, int]:
    """The document without some entities, and the numbers of removed entities and relations.

    The relations of removed entities are removed too, and clusters lose these members.
    """
    kept_rows = [index for index, entity in enumerate(document.entities) if keep(entity)]
    if len(kept_rows) == len(document.entities):
        return document, 0, 0
    relations, clusters = renumbered(kept_rows, document.relations, document.clusters)
    entities = tuple(document.entities[index] for index in kept_rows)
    changed = replace(document, entities=entities, relations=relations, clusters=clusters)
    removed = len(document.entities) - len(entities), len(document.relations) - len(relations)
    return changed, *removed


def keep_mentions(document: Document, keep: Callable[[Span], bool]) -> tuple[Document, int, int]:
    """The document without some mentions, and the numbers of removed mentions and relations.

    Entities that lose all of their mentions are removed with their relations, and clusters lose
    these members.
    """
    reduced = [_reduced(entity, keep) for entity in document.entities]
    pairs = zip(document.entities, reduced, strict=True)
    removed = sum(len(before.mentions) - len(after.mentions) for before, after in pairs)
    if not removed:
        return document, 0, 0
    kept_rows = [index for index, entity in enumerate(reduced) if entity.mentions]
    relations, clusters = renumbered(kept_rows, document.relations, document.clusters)
    entities = tuple(reduced[index] for index in kept_rows)
    changed = replace(document, entities=entities, relations=relations, clusters=clusters)
    return changed, removed, len(document.relations) - len(relations)


def _reduced(entity: Entity, keep: Callable[[Span], bool]) -> Entity:
    rows = [number for number, mention in enumerate(entity.mentions) if keep(mention)]
    scores = entity.mention_scores
    return replace(
        entity,
        mentions=tuple(entity.mentions[number] for number in rows),
        mention_scores=None if scores is None else tuple(scores[number] for number in rows),
    )


def agreed_label(labels: Sequence[str], rule: Literal["majority", "first"] = "majority") -> str:
    """The label of an entity whose mentions may have different ones.

    Args:
        labels: Label of each mention in file order; at least one.
        rule: ``"majority"``: the most frequent, the first among equals; ``"first"``: that of
            the first mention.

    Example:
        >>> agreed_label(["PER", "MISC", "MISC"]), agreed_label(["PER", "MISC"])
        ('MISC', 'PER')
    """
    return labels[0] if rule == "first" else Counter(labels).most_common(1)[0][0]
