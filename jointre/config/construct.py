"""A checked configuration becomes objects; factories for what an owner builds later."""

from typing import Any, TypeVar, final

from jointre.config.check import checked
from jointre.config.misplaced import key_problems
from jointre.config.nodes import FactoryBase
from jointre.config.problem import raise_problems
from jointre.config.read import Reader

T = TypeVar("T")


@final
class Factory(FactoryBase[T]):
    """A component with its options settled; its owner builds it and gives the rest.

    ``Factory[Interaction]`` as a type hint takes a component from the config;
    ``Factory(CrossTaskAttention, heads=2)`` is the same from Python.

    Args:
        cls: the class to build.
        options: its options, as in a config; nested components as factories.

    Raises:
        ConfigError: an option is unknown, missing or of the wrong type.
    """

    def __init__(self, cls: type[T], /, **options: Any) -> None:
        reader = Reader()
        recipe = reader.options(cls, options, "")
        raise_problems(reader.problems + key_problems(reader.seen))
        if recipe is None:
            raise AssertionError("options without problems make a recipe")
        self._recipe, self._path = recipe, ""


def construct(hint: Any, data: Any, path: str = "", warn: bool = True) -> Any:
    """Build what a configuration describes.

    Args:
        hint: an interface, a class or any type hint of a constructor.
        data: the configuration as a dict, or what :func:`load_config` returned.
        path: where the configuration stands in a larger one.
        warn: Log a warning for each option in an old form; not for a stored archive, whose
            config nobody can rewrite.

    Raises:
        ConfigError: something is wrong; all of it is listed, one problem a line. Or a
            constructor refused its options: one message with the component's path.
    """
    return checked(hint, data, path, warn).build(path)
