"""A document made ready for a format of labelled single mentions."""

from collections.abc import Set

from jointre.data.losses import Losses
from jointre.data.mentions import keep_entities, one_mention_each
from jointre.data.readers.unheld import count_unheld
from jointre.data.schema import Document


def plain(document: Document, holds: Set[str], losses: Losses) -> Document:
    """The document with one labelled mention an entity, what is lost being counted.

    Args:
        document: about to be written.
        holds: what the format has a place for, see :func:`count_unheld`.
        losses: filled.
    """
    place = f"document {document.id!r}"
    document, entities, relations = keep_entities(document, lambda item: item.label is not None)
    if entities:
        losses.add("entities without a label left out", place, entities)
    if relations:
        losses.add("relations of entities without a label left out", place, relations)
    count_unheld(document, holds, losses)
    document, apart = one_mention_each(document)
    if apart:
        losses.add("entities with several mentions taken apart into mentions", place, apart)
    return document
