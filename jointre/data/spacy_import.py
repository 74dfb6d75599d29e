"""Import spaCy without its command line, which would take a third of the import's time.

``spacy/__init__.py`` imports the function ``info`` from the command line, and with it everything
that belongs to the command line. During the import a small module stands in for that one.
Afterwards ``spacy.info`` and ``spacy.cli`` work as usual: the command line is imported when it is
first used.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_INFO = "spacy.cli.info"


def spacy_module(name: str = "spacy") -> Any:
    """A module of spaCy.

    Args:
        name: Name of the module, ``"spacy.tokens"`` for example.

    Raises:
        ImportError: There is no such module.

    Example:
        >>> spacy_module("spacy.tokens").Doc.__name__
        'Doc'
    """
    if "spacy" not in sys.modules:
        _import_spacy()
    return import_module(name)


def _import_spacy() -> None:
    substitute: Any = ModuleType(_INFO)
    substitute.info = _info
    sys.modules.setdefault(_INFO, substitute)
    try:
        spacy: Any = import_module("spacy")
    finally:
        if sys.modules.get(_INFO) is substitute:
            del sys.modules[_INFO]
    if "spacy.cli" in sys.modules:  # something else needed it, and it holds the substitute
        info = import_module(_INFO).info
        spacy.info = sys.modules["spacy.cli"].info = info  # type: ignore[attr-defined]
    elif not hasattr(spacy, "__getattr__"):
        spacy.__getattr__ = _attribute


def _info(*args: Any, **options: Any) -> Any:
    """What ``spacy.info`` returns; the command line is imported first."""
    return import_module(_INFO).info(*args, **options)


def _attribute(name: str) -> Any:
    """``spacy.cli`` at its first use; other names do not exist."""
    if name == "cli":
        return import_module("spacy.cli")
    raise AttributeError(f"module 'spacy' has no attribute {name!r}")
