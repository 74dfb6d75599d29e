"""Objects from a checked configuration, and factories for what an owner builds later."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, final

from jointre.config.check import Checker, checked, fits
from jointre.config.diagnostics.misplaced import key_problems
from jointre.config.diagnostics.problem import raise_problems
from jointre.config.registrable import place_of, title_of
from jointre.config.schema import arguments
from jointre.config.tree import (
    Deferred,
    Entries,
    FactoryBase,
    Items,
    Leaf,
    Node,
    Ready,
    Recipe,
    join,
)
from jointre.errors import ConfigError

T = TypeVar("T")


class PlacedError(ConfigError):
    """An error whose message already has a config path, to which no outer path is added."""


def construct(hint: Any, data: Any, path: str = "", warn: bool = True) -> Any:
    """Build what a configuration describes.

    Args:
        hint: Interface, class or any type hint of a constructor argument.
        data: Configuration as a dict, or the result of :func:`load_config`.
        path: Path of the configuration inside a larger one.
        warn: Whether to log a warning for each option in an old form; not for stored archives,
            whose config nobody can rewrite.

    Raises:
        ConfigError: The configuration is wrong; the message lists all problems, one per line. Or
            a constructor refused its options; the message has the component's path.
    """
    return build(checked(hint, data, path, warn), path)


def build(node: Node, path: str) -> Any:
    """The object that a checked tree describes.

    Args:
        node: The tree.
        path: Where it stands in the config.

    Raises:
        ConfigError: A constructor refused its options; the message begins with the path.
    """
    match node:
        case Leaf() | Ready():
            return node.value
        case Items():
            return node.container(build(item, join(path, i)) for i, item in enumerate(node.items))
        case Entries():
            return {key: build(entry, join(path, key)) for key, entry in node.entries.items()}
        case Deferred():
            return Factory.of(node.recipe, path)
        case Recipe():
            return make(node, path, {})
    raise TypeError(f"{type(node).__name__} cannot be built")


def make(recipe: Recipe, path: str, given: Mapping[str, Any]) -> Any:
    """Build a class from its options and from what the owner gives.

    Args:
        recipe: The class and its options.
        path: Where it stands in the config.
        given: The owner's arguments.

    Raises:
        ConfigError: The constructor refused; the message begins with the path.
    """
    options = {key: build(node, join(path, key)) for key, node in recipe.options.items()}
    try:
        return recipe.cls(**options, **given)
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


@final
class Factory(FactoryBase[T]):
    """A component with checked options, which its owner builds with further arguments.

    ``Factory[Interaction]`` as a type hint takes a component from the config;
    ``Factory(CrossTaskAttention, heads=2)`` is the same from Python.

    Args:
        cls: Class to build.
        options: Its options, as in a config; nested components are factories.

    Raises:
        ConfigError: An option is unknown, missing or of the wrong type.
    """

    def __init__(self, cls: type[T], /, **options: Any) -> None:
        checker = Checker()
        recipe = checker.options(cls, options, "")
        raise_problems(checker.problems + key_problems(checker.objects, fits))
        if recipe is None:
            raise AssertionError("options without problems make a recipe")
        self.recipe, self.path = recipe, ""

    @classmethod
    def of(cls, recipe: Recipe, path: str) -> "Factory[T]":
        """The factory of options that are checked already.

        Args:
            recipe: The class and its options.
            path: Where it stands in the config.
        """
        factory = cls.__new__(cls)
        factory.recipe, factory.path = recipe, path
        return factory

    def __call__(self, **given: Any) -> T:
        """Build the component.

        Args:
            given: Exactly the arguments that the class lists in ``given``; the constructor may
                lack one that it does not need.

        Raises:
            TypeError: The owner gave other arguments.
            ConfigError: The options do not fit the arguments; the message has the config path.
        """
        cls = self.recipe.cls
        declared: tuple[str, ...] = getattr(cls, "given", ())
        if set(given) != set(declared):
            raise TypeError(
                f"{title_of(cls)} ({place_of(cls)}) is to be given {_listed(declared)}; "
                f"its owner gave {_listed(given)}"
            )
        accepted = arguments(cls)
        given = {name: value for name, value in given.items() if name in accepted}
        component: T = make(self.recipe, self.path, given)
        return component


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
