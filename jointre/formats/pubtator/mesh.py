"""MeSH's hierarchy: which disease is a broader term of another."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jointre.data.schema import Document
from jointre.errors import DataError
from jointre.formats.common.files import read_lines

TreeNumbers = Mapping[str, Sequence[str]]


def read_tree_numbers(path: Path) -> dict[str, tuple[str, ...]]:
    """Descriptor -> its tree numbers, ``{"D006973": ("C14.907.489",), …}``.

    Args:
        path: MeSH's descriptors in ASCII, as the National Library of Medicine publishes them
            (``dYYYY.bin``): records that begin with ``*NEWRECORD`` and have lines
            ``MN = C14.907.489`` and ``UI = D006973``; other lines are not looked at.

    Raises:
        DataError: the file is missing or has no such line.
    """
    found: dict[str, tuple[str, ...]] = {}
    numbers: list[str] = []
    for _, line in read_lines(path):
        key, equals, value = (part.strip() for part in line.partition("="))
        if key == "*NEWRECORD":
            numbers = []
        elif equals and key == "MN":
            numbers.append(value)
        elif equals and key == "UI":
            found[value] = tuple(numbers)
    if not any(found.values()):
        raise DataError(
            f"{path}: no 'UI = …' after an 'MN = …'; take MeSH's descriptors in ASCII, dYYYY.bin"
        )
    return found


def broader(first: str, second: str, tree: TreeNumbers) -> bool:
    """Whether the first concept is above the second anywhere in the hierarchy.

    Args:
        first: Descriptor, with or without ``MESH:`` before it. Descriptors that the hierarchy lacks
            are above and below none.
        second: Descriptor in the same form.
        tree: Result of :func:`read_tree_numbers`.
    """
    above, below = (tree.get(name.removeprefix("MESH:"), ()) for name in (first, second))
    return any(low.startswith(f"{high}.") for high in above for low in below)


def hypernym_pairs(document: Document, tree: TreeNumbers) -> list[list[str]]:
    """Unrelated pairs of concepts whose tail is broader than that of a relation of the head.

    Where the narrow disease is said to follow from a drug, the broad one does too, so the
    pair is no good negative. The broad tail must have the same label.

    Args:
        document: Document; entities without an id are in no pair.
        tree: Result of :func:`read_tree_numbers`.
    """
    entities = document.entities
    related = {(relation.head, relation.tail) for relation in document.relations}
    pairs: dict[tuple[str, str], None] = {}
    for head, tail in sorted(related):
        for other, entity in enumerate(entities):
            if (head, other) in related or entity.label != entities[tail].label:
                continue
            chosen, broad, narrow = entities[head].id, entity.id, entities[tail].id
            if chosen is None or broad is None or narrow is None or chosen == broad:
                continue
            if broader(broad, narrow, tree):
                pairs[chosen, broad] = None
    return [list(pair) for pair in pairs]
