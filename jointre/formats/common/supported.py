"""What a format can hold of a document; what it cannot is counted."""

from collections.abc import Set

from jointre.data.mentions import keep_entities, one_mention_per_entity
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData


def plain(document: Document, holds: Set[str], skipped: SkippedData) -> Document:
    """The document with one labelled mention per entity; everything else is counted.

    Args:
        document: Document to write.
        holds: Parts of a Document that the format can represent, see :func:`count_unheld`.
        skipped: Counts what the format cannot represent.
    """
    document = labelled(document, skipped)
    count_unheld(document, holds, skipped)
    document, split_entities = one_mention_per_entity(document)
    if split_entities:
        kind = "entities with several mentions taken apart into mentions"
        skipped.add(kind, f"document {document.id!r}", split_entities)
    return document


def labelled(document: Document, skipped: SkippedData) -> Document:
    """The document without entities that have no label, and their relations; these are counted."""
    location = f"document {document.id!r}"
    document, entities, relations = keep_entities(document, lambda item: item.label is not None)
    if entities:
        skipped.add("entities without a label skipped", location, entities)
    if relations:
        skipped.add("relations of entities without a label skipped", location, relations)
    return document


def count_unheld(document: Document, holds: Set[str], skipped: SkippedData) -> None:
    """Count everything in the document that ``holds`` does not name.

    Args:
        document: Document to write.
        holds: Parts of a Document that the format can represent, as keys of the table below.
        skipped: Counts what the format cannot represent.
    """
    entities, relations = document.entities, document.relations
    counts = {
        "text": ("texts", document.text is not None),
        "offsets": ("lists of character offsets", document.offsets is not None),
        "sentences": ("lists of sentences", len(document.sentences) > 1),
        "clusters": ("clusters", len(document.clusters)),
        "flags": ("flags", len(document.flags)),
        "scores": (
            "scores",
            sum(entity.score is not None for entity in entities)
            + sum(relation.score is not None for relation in relations)
            + sum(len(entity.mention_scores or ()) for entity in entities),
        ),
        "entity_ids": ("ids of entities", sum(entity.id is not None for entity in entities)),
        "evidence": ("lists of evidence", sum(bool(item.evidence) for item in relations)),
    }
    for key, (kind, count) in counts.items():
        if count and key not in holds:
            skipped.add(f"{kind} skipped", f"document {document.id!r}", int(count))
