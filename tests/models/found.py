"""Gold and found documents of the runs that know two documents by heart."""

from pathlib import Path
from typing import Any

from jointre.config import construct
from jointre.data.schema import Document
from jointre.formats import Reader


def gold(run: Path) -> list[Document]:
    """The two documents."""
    return list(construct(Reader, "jsonl").read(run.parent / "two.jsonl"))


def content(documents: list[Document]) -> list[tuple[set[Any], set[Any]]]:
    """Entities and relations, whatever their order."""
    return [
        (
            {(entity.label, entity.span) for entity in document.entities},
            {
                (r.label, document.entities[r.head].span, document.entities[r.tail].span)
                for r in document.relations
            },
        )
        for document in documents
    ]


def clustered(documents: list[Document]) -> list[tuple[set[Any], set[Any]]]:
    """Entities of several mentions and relations, whatever the order of any of them."""
    return [
        (
            {(entity.label, frozenset(entity.mentions)) for entity in document.entities},
            {
                (r.label, *(frozenset(document.entities[i].mentions) for i in (r.head, r.tail)))
                for r in document.relations
            },
        )
        for document in documents
    ]
