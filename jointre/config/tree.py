"""The checked configuration: a tree of values, lists, objects, and classes with their options.

Only leaves (numbers, paths, enums) are Python values already; `build.py` builds the objects.
"""

import builtins
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, final

from jointre.config.registrable import Registrable, place_of, title_of
from jointre.errors import ConfigError

T = TypeVar("T")


def join(path: str, key: str | int) -> str:
    """The path of a key, or of a list's item, below a path."""
    return f"{path}.{key}" if path else str(key)


class Node(ABC):
    """A checked value."""

    @abstractmethod
    def resolved(self) -> Any:
        """The value as JSON, every default filled in."""


@final
@dataclass(frozen=True)
class Leaf(Node):
    """A value without parts: its JSON form and its Python form."""

    plain: Any
    value: Any

    def resolved(self) -> Any:
        """The JSON form."""
        return self.plain


@final
@dataclass(frozen=True)
class Ready(Node):
    """An object that was built in Python and given among options."""

    value: Any

    def resolved(self) -> Any:
        """The JSON form."""
        raise ConfigError(
            f"an object of {place_of(type(self.value))} was built in Python, so its options are "
            "not known; give a Factory to have them written out"
        )


@final
@dataclass(frozen=True)
class Items(Node):
    """A list or a tuple."""

    items: list[Node]
    container: type

    def resolved(self) -> Any:
        """The JSON form."""
        return [item.resolved() for item in self.items]


@final
@dataclass(frozen=True)
class Entries(Node):
    """An object with free keys."""

    entries: dict[str, Node]

    def resolved(self) -> Any:
        """The JSON form."""
        return {key: node.resolved() for key, node in self.entries.items()}


@final
@dataclass(frozen=True)
class Recipe(Node):
    """A class and its options."""

    cls: type
    options: dict[str, Node]

    def resolved(self) -> Any:
        """The JSON form."""
        named = issubclass(self.cls, Registrable)
        if named and "registered_name" not in vars(self.cls):
            raise ConfigError(f"{place_of(self.cls)} is not registered, so no config can name it")
        head = {"type": title_of(self.cls)} if named else {}
        return head | {key: node.resolved() for key, node in self.options.items()}


@final
@dataclass(frozen=True)
class Deferred(Node):
    """A recipe whose owner will build it; until then it is a factory."""

    recipe: Recipe

    def resolved(self) -> Any:
        """The JSON form."""
        return self.recipe.resolved()


class FactoryBase(Generic[T]):
    """A component whose options are checked and whose owner will build it.

    Attributes:
        recipe: The class and its options.
        path: Where it stands in the config; "" where that is unknown.
    """

    recipe: Recipe
    path: str

    @property
    def type(self) -> "builtins.type[T]":
        """The class that will be built."""
        return self.recipe.cls

    @property
    def options(self) -> dict[str, Any]:
        """The options as JSON, every default filled in."""
        return {key: node.resolved() for key, node in self.recipe.options.items()}

    def __repr__(self) -> str:
        return f"Factory({title_of(self.recipe.cls)} at {self.path or 'no path'})"
