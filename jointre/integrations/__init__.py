"""Integrations: spaCy pipelines and Docs, networkx graphs."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jointre.integrations.graph import to_networkx
    from jointre.integrations.spacy_docs import from_spacy, set_relations, to_spacy
    from jointre.integrations.spacy_store import (
        DocEntity,
        DocRelation,
        entities_of,
        relations_of,
    )

__all__ = [
    "DocEntity",
    "DocRelation",
    "entities_of",
    "from_spacy",
    "relations_of",
    "set_relations",
    "to_networkx",
    "to_spacy",
]

# spaCy imports this package for every pipeline, whoever made it: so it costs nothing.
_STORE, _DOCS = "jointre.integrations.spacy_store", "jointre.integrations.spacy_docs"
_LATE = {
    "DocEntity": _STORE,
    "DocRelation": _STORE,
    "entities_of": _STORE,
    "relations_of": _STORE,
    "from_spacy": _DOCS,
    "set_relations": _DOCS,
    "to_networkx": "jointre.integrations.graph",
    "to_spacy": _DOCS,
}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'jointre.integrations' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
