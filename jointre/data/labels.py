"""LabelSets: the labels that a corpus declares."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelSets:
    """The labels a corpus declares.

    Args:
        entities: entity labels, in file order.
        relations: relation labels, in file order.
        symmetric: the relation labels that hold in both directions.
        source: where they were declared, for messages.
    """

    entities: tuple[str, ...]
    relations: tuple[str, ...]
    symmetric: frozenset[str] = frozenset()
    source: str = "the types file"
