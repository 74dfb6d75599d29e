"""MeSH's hierarchy: which disease is a broader term of another."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jointre.data.schema import Document
from jointre.errors import DataError
from jointre.formats.common.files import read_lines

TreeNumbers = Mapping[str, Sequence[str]]


def read_tree_numbers(path: Path) -> dict[str, tuple[str, ...]]:
    """The tree numbers of each descriptor, ``{"D006973": ("C14.907.489",), …}``.

    Args:
        path: MeSH's descriptors in ASCII, as the National Library of Medicine publishes them
            (``dYYYY.bin``): records that begin with ``*NEWRECORD`` and have lines
            ``MN = C14.907.489`` and ``UI = D006973``; other lines are ignored.

    Raises:
        DataError: The file is missing or has no such line.
    """
    numbers_by_descriptor: dict[str, tuple[str, ...]] = {}
    numbers: list[str] = []
    for _, line in read_lines(path):
        key, equals, value = (part.strip() for part in line.partition("="))
        if key == "*NEWRECORD":
            numbers = []
        elif equals and key == "MN":
            numbers.append(value)
        elif equals and key == "UI":
            numbers_by_descriptor[value] = tuple(numbers)
    if not any(numbers_by_descriptor.values()):
        raise DataError(
            f"{path}: no 'UI = …' after an 'MN = …'; take MeSH's descriptors in ASCII, dYYYY.bin"
        )
    return numbers_by_descriptor


def broader(first: str, second: str, tree: TreeNumbers) -> bool:
    """Whether the first concept is above the second anywhere in the hierarchy.

    Args:
        first: Descriptor, with or without ``MESH:`` before it. Descriptors that the hierarchy lacks
            are not above or below any.
        second: Descriptor in the same form.
        tree: Result of :func:`read_tree_numbers`.
    """
    above, below = (tree.get(name.removeprefix("MESH:"), ()) for name in (first, second))
    return any(low.startswith(f"{high}.") for high in above for low in below)


def hypernym_pairs(document: Document, tree: TreeNumbers) -> list[list[str]]:
    """Unrelated pairs of concepts whose tail is broader than the tail of a relation of the head.

    If a drug causes a narrow disease, it also causes the broader one, so the pair is not a good
    negative. The broad tail must have the same label.

    Args:
        document: Document; entities without an id are in no pair.
        tree: Result of :func:`read_tree_numbers`.
    """
    entities = document.entities
    related = {(relation.head, relation.tail) for relation in document.relations}
    pairs: dict[tuple[str, str], None] = {}
    for head, tail in sorted(related):
        for broad_index, entity in enumerate(entities):
            if (head, broad_index) in related or entity.label != entities[tail].label:
                continue
            head_id, broad_id, narrow_id = entities[head].id, entity.id, entities[tail].id
            if head_id is None or broad_id is None or narrow_id is None or head_id == broad_id:
                continue
            if broader(broad_id, narrow_id, tree):
                pairs[head_id, broad_id] = None
    return [list(pair) for pair in pairs]
