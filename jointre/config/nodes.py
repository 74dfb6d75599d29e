"""Checked configuration: a tree that can be written out or built.

Reading (`read.py`) makes the tree and finds the mistakes. No node has built anything
but leaves (numbers, paths, enums); :meth:`Node.build` builds the objects.
"""

import builtins
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, final

from jointre.config.options import arguments, title_of
from jointre.config.registrable import Registrable, place_of
from jointre.errors import ConfigError

T = TypeVar("T")


class PlacedError(ConfigError):
    """A mistake that already names its place: the innermost place stays the only one."""


def join(path: str, key: str | int) -> str:
    """The path of a key, or of a list's item, below a path."""
    return f"{path}.{key}" if path else str(key)


class Node(ABC):
    """A checked value."""

    @abstractmethod
    def resolved(self) -> Any:
        """The value as JSON, every default filled in."""

    @abstractmethod
    def build(self, path: str) -> Any:
        """The object, its place in the config being `path`."""


@final
@dataclass(frozen=True)
class Leaf(Node):
    """A value without parts: its JSON form and its Python form."""

    plain: Any
    value: Any

    def resolved(self) -> Any:
        """The JSON form."""
        return self.plain

    def build(self, path: str) -> Any:
        """The Python form."""
        return self.value


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

    def build(self, path: str) -> Any:
        """The Python form."""
        return self.value


@final
@dataclass(frozen=True)
class Items(Node):
    """A list or a tuple."""

    items: list[Node]
    container: type

    def resolved(self) -> Any:
        """The JSON form."""
        return [item.resolved() for item in self.items]

    def build(self, path: str) -> Any:
        """The Python form."""
        return self.container(item.build(join(path, i)) for i, item in enumerate(self.items))


@final
@dataclass(frozen=True)
class Entries(Node):
    """An object with free keys."""

    entries: dict[str, Node]

    def resolved(self) -> Any:
        """The JSON form."""
        return {key: node.resolved() for key, node in self.entries.items()}

    def build(self, path: str) -> Any:
        """The Python form."""
        return {key: node.build(join(path, key)) for key, node in self.entries.items()}


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

    def build(self, path: str) -> Any:
        """The Python form."""
        return self.make(path, {})

    def make(self, path: str, given: Mapping[str, Any]) -> Any:
        """Build with what the owner gives.

        Raises:
            ConfigError: the constructor refused; prefixed with the path.
        """
        options = {key: node.build(join(path, key)) for key, node in self.options.items()}
        try:
            return self.cls(**options, **given)
        except PlacedError:
            raise
        except (MemoryError, RuntimeError) as error:
            if not isinstance(error, MemoryError) and "allocate memory" not in str(error):
                raise
            raise PlacedError(
                f"{path}: it needs more memory than there is; take smaller sizes"
            ) from error
        except (ConfigError, ValueError) as error:
            if not path:
                raise
            raise PlacedError(f"{path}: {error}") from error


class FactoryBase(Generic[T]):
    """A component whose options are settled and whose owner will build it."""

    _recipe: Recipe
    _path: str

    @classmethod
    def _of(cls, recipe: Recipe, path: str) -> "FactoryBase[T]":
        made = cls.__new__(cls)
        made._recipe, made._path = recipe, path
        return made

    @property
    def type(self) -> "builtins.type[T]":
        """The class that will be built."""
        return self._recipe.cls

    @property
    def options(self) -> dict[str, Any]:
        """The options as JSON, every default filled in."""
        return {key: node.resolved() for key, node in self._recipe.options.items()}

    def __call__(self, **given: Any) -> T:
        """Build the component.

        Args:
            given: exactly the arguments named by the class's ``given``. A constructor
                that does not need one of them may leave it out.

        Raises:
            TypeError: other arguments were given; the owner's fault.
            ConfigError: the options do not fit what was given; with the config path.
        """
        cls = self._recipe.cls
        wanted: tuple[str, ...] = getattr(cls, "given", ())
        if set(given) != set(wanted):
            raise TypeError(
                f"{title_of(cls)} ({place_of(cls)}) is to be given {_listed(wanted)}; "
                f"its owner gave {_listed(given)}"
            )
        taken = arguments(cls)
        made: T = self._recipe.make(self._path, {k: v for k, v in given.items() if k in taken})
        return made

    def __repr__(self) -> str:
        return f"Factory({title_of(self._recipe.cls)} at {self._path or 'no path'})"


def _listed(names: Any) -> str:
    return ", ".join(sorted(names)) or "nothing"


@final
@dataclass(frozen=True)
class Deferred(Node):
    """A recipe that becomes a factory of the class that the hint named."""

    recipe: Recipe
    factory: type[FactoryBase[Any]]

    def resolved(self) -> Any:
        """The JSON form."""
        return self.recipe.resolved()

    def build(self, path: str) -> Any:
        """The Python form."""
        return self.factory._of(self.recipe, path)
