"""Descriptions of entities and relations in one line, which pictures show on hover."""

from jointre.data.schema import Document, Relation


def entity_title(document: Document, entity: int, mention: int) -> str:
    """Label, text, probabilities and number of a mention of an entity.

    Args:
        document: Document that contains the entity.
        entity: Index of the entity.
        mention: Index of the mention among those of the entity.
    """
    described = document.entities[entity]
    text = document.text_of(described.mentions[mention])
    title = f"{described.label or 'no label'}{_probability(described.score)}: {text}"
    if len(described.mentions) > 1:
        title += f"\nmention {mention + 1} of {len(described.mentions)}"
        if described.mention_scores is not None:
            title += _probability(described.mention_scores[mention])
    return title if described.id is None else f"{title}\n{described.id}"


def relation_title(document: Document, relation: Relation) -> str:
    """Head, label, tail and probability.

    Args:
        document: Document that contains the relation.
        relation: Relation to describe.
    """
    head, tail = (
        document.text_of(document.entities[end].span) for end in (relation.head, relation.tail)
    )
    return f"{head} — {relation.label} → {tail}{_probability(relation.score)}"


def _probability(score: float | None) -> str:
    return "" if score is None else f" ({score:.3f})"
