"""How the names of two mentions are related, pair by pair."""

from collections.abc import Mapping

from jointre.data.names import NameRelation


def relation(
    one: str, other: str, abbreviate: bool, concepts: Mapping[str, Mapping[str, int]]
) -> NameRelation:
    """The relation of two keys.

    Args:
        one: A key.
        other: A key.
        abbreviate: Whether they abbreviate each other in the document.
        concepts: The concepts of the corpus that each key names.
    """
    if one == other:
        return NameRelation.EQUAL
    if abbreviate:
        return NameRelation.ABBREVIATION
    first, second = set(concepts.get(one, {})), set(concepts.get(other, {}))
    if first & second:
        return NameRelation.SAME_CONCEPT
    if first and second:
        return NameRelation.DIFFERENT_CONCEPT
    if one.split()[-1] in other.split() or other.split()[-1] in one.split():
        return NameRelation.LAST_WORD
    if len(one.split()) > 1 and initials(one) in (other, _several(other)):
        return NameRelation.INITIALS
    if len(other.split()) > 1 and initials(other) == one:
        return NameRelation.INITIALS
    return NameRelation.OTHER


def initials(key: str) -> str:
    """The first letters of the words."""
    return "".join(word[0] for word in key.split())


def _several(key: str) -> str | None:
    return initials(key) if len(key.split()) > 1 else None
