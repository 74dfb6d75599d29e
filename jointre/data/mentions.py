"""Entities with several mentions, taken apart for data that hold one mention an entity."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from jointre.data.annotation import renumbered
from jointre.data.schema import Document, Entity, Span


def one_mention_per_entity(document: Document) -> tuple[Document, int]:
    """The document with one entity a mention, and how many entities were taken apart.

    Relations join first mentions. The mentions of an entity taken apart form a cluster,
    unless it is already in one; then they join that.
    """
    if all(len(entity.mentions) == 1 for entity in document.entities):
        return document, 0
    entities: list[Entity] = []
    new_indices: list[range] = []
    for entity in document.entities:
        new_indices.append(range(len(entities), len(entities) + len(entity.mentions)))
        scores = entity.mention_scores or (None,) * len(entity.mentions)
        for mention, score in zip(entity.mentions, scores, strict=True):
            alone = None if score is None else (score,)
            entities.append(replace(entity, mentions=(mention,), mention_scores=alone))
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
    """The document with the entities of each cluster made one, without clusters.

    Clusters that share an entity are one. The new entity stands where its first member stood,
    has all mentions, each once, and the label :func:`agreed_label` gives. Relations move to it;
    those that are then equal are kept once.

    Returns:
        The document, how many of its entities had members with different labels, and how many
        relations were kept once.
    """
    first_members = list(range(len(document.entities)))
    for group in document.clusters:
        joined_roots = {first_members[member] for member in group}
        first_members = [
            min(joined_roots) if first_member in joined_roots else first_member
            for first_member in first_members
        ]
    roots = sorted(set(first_members))
    groups = [
        [
            document.entities[i]
            for i, first_member in enumerate(first_members)
            if first_member == root
        ]
        for root in roots
    ]
    entities, mixed = [], 0
    for members in groups:
        labels = [entity.label for entity in members if entity.label is not None]
        mixed += len(set(labels)) > 1
        mentions = dict.fromkeys(mention for entity in members for mention in entity.mentions)
        single = members[0] if len(members) == 1 else None
        label = agreed_label(labels) if labels else None
        entities.append(single or Entity(label, tuple(mentions), id=members[0].id))
    moved = [
        replace(r, head=first_members[r.head], tail=first_members[r.tail])
        for r in document.relations
    ]
    relations, _ = renumbered(roots, moved, ())
    distinct = tuple(dict.fromkeys(relations)) if document.clusters else relations
    changed = replace(document, entities=tuple(entities), relations=distinct, clusters=())
    return changed, mixed, len(relations) - len(distinct)


def in_reading_order(document: Document) -> Document:
    """The document with its entities by place of the first mention, and relations by theirs.

    Args:
        document: Any document; where entities have several mentions, these are sorted already.
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
    """The document without some entities, and how many entities and relations went.

    Relations to an entity that goes go too; clusters lose the member.
    """
    kept = [index for index, entity in enumerate(document.entities) if keep(entity)]
    if len(kept) == len(document.entities):
        return document, 0, 0
    relations, clusters = renumbered(kept, document.relations, document.clusters)
    entities = tuple(document.entities[index] for index in kept)
    changed = replace(document, entities=entities, relations=relations, clusters=clusters)
    gone = len(document.entities) - len(entities), len(document.relations) - len(relations)
    return changed, *gone


def keep_mentions(document: Document, keep: Callable[[Span], bool]) -> tuple[Document, int, int]:
    """The document without some mentions, and how many mentions and relations went.

    Entities that lose all of their mentions go, and relations to them; clusters lose the member.
    """
    left = [_kept(entity, keep) for entity in document.entities]
    pairs = zip(document.entities, left, strict=True)
    gone = sum(len(before.mentions) - len(after.mentions) for before, after in pairs)
    if not gone:
        return document, 0, 0
    kept = [index for index, entity in enumerate(left) if entity.mentions]
    relations, clusters = renumbered(kept, document.relations, document.clusters)
    entities = tuple(left[index] for index in kept)
    changed = replace(document, entities=entities, relations=relations, clusters=clusters)
    return changed, gone, len(document.relations) - len(relations)


def _kept(entity: Entity, keep: Callable[[Span], bool]) -> Entity:
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
