"""Joint named-entity recognition and relation extraction.

Example:
    >>> import jointre
    >>> extract = jointre.load("runs/quickstart")
    >>> doc = extract("Marie Curie worked at the Sorbonne.")
    >>> doc.text_of(jointre.Span(0, 2))
    'Marie Curie'
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.errors import ArchiveError, ConfigError, DataError, JointreError, RunError

if TYPE_CHECKING:
    from jointre.config import load_config
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
    "train",
]

__version__: str  # read from the package's metadata when it is first used

# What needs torch is imported when it is first used.
_LATE = {
    "Predictor": "jointre.inference.predictor",
    "evaluate": "jointre.inference.api",
    "load": "jointre.inference.api",
    "load_config": "jointre.config",
    "train": "jointre.training.run",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("jointre")
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'jointre' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
