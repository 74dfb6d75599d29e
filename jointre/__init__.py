"""Joint named-entity recognition and relation extraction.

Example:
    >>> import jointre
    >>> extract = jointre.load("runs/quickstart")
    >>> doc = extract("Marie Curie worked at the Sorbonne.")
    >>> doc.text_of(jointre.Span(0, 2))
    'Marie Curie'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jointre.errors import ArchiveError, ConfigError, DataError, JointreError, RunError
from jointre.start_up import garbage_collection_paused

if TYPE_CHECKING:
    from jointre.config import load_config
    from jointre.data.schema import Document, Entity, Relation, Span
    from jointre.display import render
    from jointre.inference.api import evaluate, load
    from jointre.inference.predictor import Predictor
    from jointre.training.run import train

__all__ = [
    "ArchiveError",
    "ConfigError",
    "DataError",
    "Document",
    "Entity",
    "JointreError",
    "Predictor",
    "Relation",
    "RunError",
    "Span",
    "evaluate",
    "load",
    "load_config",
    "render",
    "train",
]

__version__: str  # read from the package's metadata when it is first used

# Errors are imported with the package, everything else when it is first used.
_LATE = {
    "Document": "jointre.data.schema",
    "Entity": "jointre.data.schema",
    "Predictor": "jointre.inference.predictor",
    "Relation": "jointre.data.schema",
    "Span": "jointre.data.schema",
    "evaluate": "jointre.inference.api",
    "load": "jointre.inference.api",
    "load_config": "jointre.config",
    "render": "jointre.display",
    "train": "jointre.training.run",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("jointre")
    if name in _LATE:
        with garbage_collection_paused():
            import_module("jointre.display")  # so that notebooks show documents as pictures
            return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'jointre' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
