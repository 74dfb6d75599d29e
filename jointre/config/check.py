"""A configuration against type hints: every mistake at once, or the resolved form."""

from dataclasses import replace
from typing import Any

from jointre.config.misplaced import key_problems
from jointre.config.nodes import Node
from jointre.config.places import LoadedConfig
from jointre.config.problem import Problem, raise_problems
from jointre.config.read import Reader


def examine(hint: Any, data: Any, path: str = "") -> tuple[Node | None, list[Problem]]:
    """The checked tree (None where something is wrong) and all problems.

    Args:
        hint: an interface, a class or any type hint of a constructor.
        data: the configuration, or a loaded file; with a file, problems know their line.
        path: where the configuration stands in a larger one.
    """
    loaded = data if isinstance(data, LoadedConfig) else None
    reader = Reader()
    node = reader.read(hint, data.data if loaded else data, path)
    problems = reader.problems + key_problems(reader.seen)
    if loaded:
        problems = [replace(each, line=loaded.line_of(each)) for each in problems]
        problems.sort(key=lambda each: loaded.order_of(each.path))
    return (None if problems else node), problems


def check(hint: Any, data: Any) -> list[Problem]:
    """Every mistake of a configuration, in the file's order; builds nothing.

    Args:
        hint: an interface, a class or any type hint of a constructor.
        data: the configuration as a dict, or what :func:`load_config` returned.
    """
    return examine(hint, data)[1]


def resolve(hint: Any, data: Any) -> Any:
    """The configuration with every default filled in and components as objects.

    Args:
        hint: an interface, a class or any type hint of a constructor.
        data: the configuration as a dict, or what :func:`load_config` returned.

    Raises:
        ConfigError: something is wrong; all of it is listed, one problem a line.
    """
    return checked(hint, data).resolved()


def checked(hint: Any, data: Any, path: str = "") -> Node:
    """The checked tree.

    Raises:
        ConfigError: something is wrong; all of it is listed, one problem a line.
    """
    node, problems = examine(hint, data, path)
    raise_problems(problems)
    if node is None:
        raise AssertionError("a configuration without problems has a tree")
    return node
