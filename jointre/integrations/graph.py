"""Documents as networkx graphs."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jointre.data.schema import Document
from jointre.errors import DataError

if TYPE_CHECKING:
    from networkx import MultiDiGraph


def to_networkx(document: Document) -> "MultiDiGraph[int]":
    """A directed graph of a document: entities are nodes (by index), relations are edges.

    Nodes have ``text`` (of the first mention), ``mentions`` (pairs of token positions) and, where
    known, ``label``, ``score`` and ``id``; edges have ``label`` and, where known, ``score``.

    Args:
        document: The document.

    Raises:
        DataError: networkx is not installed.

    Example:
        >>> from jointre.data.schema import Entity, Relation, Span
        >>> ada, bob = (Entity("Person", (Span(i, i + 1),)) for i in (0, 2))
        >>> document = Document(
        ...     "d", ("Ada", "met", "Bob"), None, None, (), (ada, bob), (Relation("met", 0, 1),)
        ... )
        >>> list(to_networkx(document).edges(data="label"))
        [(0, 1, 'met')]
    """
    try:
        networkx = import_module("networkx")
    except ImportError as error:
        raise DataError(
            "a graph needs networkx, which is not installed: pip install 'jointre[graph]'"
        ) from error
    graph: MultiDiGraph[int] = networkx.MultiDiGraph(id=document.id)
    for index, entity in enumerate(document.entities):
        graph.add_node(
            index,
            **_known(label=entity.label, score=entity.score, id=entity.id),
            text=document.text_of(entity.span),
            mentions=[tuple(mention) for mention in entity.mentions],
        )
    for relation in document.relations:
        graph.add_edge(
            relation.head, relation.tail, label=relation.label, **_known(score=relation.score)
        )
    return graph


def _known(**attributes: Any) -> dict[str, Any]:
    """Those that are there: a graph's files have no null."""
    return {name: value for name, value in attributes.items() if value is not None}
