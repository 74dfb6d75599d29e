"""Descriptions of entities and relations in one line, which pictures show on hover."""

from jointre.data.schema import Document, Relation


def entity_title(document: Document, entity: int, mention: int) -> str:
    """Label, text, probabilities, and which mention of the entity it is.

    Args:
        document: Document that contains the entity.
        entity: Index of the entity.
        mention: Index of the mention among those of the entity.
    """
    one = document.entities[entity]
    text = document.text_of(one.mentions[mention])
    told = f"{one.label or 'no label'}{_probability(one.score)}: {text}"
    if len(one.mentions) > 1:
        told += f"\nmention {mention + 1} of {len(one.mentions)}"
        if one.mention_scores is not None:
            told += _probability(one.mention_scores[mention])
    return told if one.id is None else f"{told}\n{one.id}"


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
