"""A configuration against type hints: every mistake at once, or the resolved form."""

from dataclasses import replace
from typing import Any

from jointre.config.misplaced import key_problems
from jointre.config.nodes import Node
from jointre.config.old_options import report
from jointre.config.places import LoadedConfig
from jointre.config.problem import Problem, raise_problems
from jointre.config.read import Reader


def examine(
    hint: Any, data: Any, path: str = "", warn: bool = True
) -> tuple[Node | None, list[Problem]]:
    """The checked tree (None where something is wrong) and all problems.

    Args:
        hint: an interface, a class or any type hint of a constructor.
        data: the configuration, or a loaded file; with a file, problems know their line.
        path: where the configuration stands in a larger one.
        warn: Log a warning for each option in an old form.
    """
    loaded = data if isinstance(data, LoadedConfig) else None
    reader = Reader()
    node = reader.read(hint, data.data if loaded else data, path)
    if warn:
        report(reader.old_options)
    problems = reader.problems + key_problems(reader.seen)
    root = data
    if loaded:
        root = loaded.data
        problems = [replace(each, line=loaded.line_of(each)) for each in problems]
    problems.sort(key=lambda each: _position(root, each.path.removeprefix(path).lstrip(".")))
    if loaded:  # the files' own order, where it is known
        problems.sort(key=lambda each: loaded.order_of(each.path))
    return (None if problems else node), problems


def _position(data: Any, path: str) -> tuple[int, ...]:
    """Where a path stands in the data, as the index at each level; missing keys come last."""
    position: list[int] = []
    for key in path.split("."):
        keys = list(map(str, data if isinstance(data, dict) else range(_length(data))))
        position.append(keys.index(key) if key in keys else len(keys))
        if key not in keys:
            break
        data = data[key] if isinstance(data, dict) else data[int(key)]
    return tuple(position)


def _length(data: Any) -> int:
    return len(data) if isinstance(data, list | tuple) else 0


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


def checked(hint: Any, data: Any, path: str = "", warn: bool = True) -> Node:
    """The checked tree.

    Args:
        hint: As for :func:`examine`.
        data: As for :func:`examine`.
        path: As for :func:`examine`.
        warn: As for :func:`examine`.

    Raises:
        ConfigError: something is wrong; all of it is listed, one problem a line.
    """
    node, problems = examine(hint, data, path, warn)
    raise_problems(problems)
    if node is None:
        raise AssertionError("a configuration without problems has a tree")
    return node
