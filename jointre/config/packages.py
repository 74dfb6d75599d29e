"""Import packages of the user, which register further components."""

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jointre.config.registrable import Registrable
from jointre.errors import ConfigError


def include_packages(names: Iterable[str]) -> None:
    """Import modules, so that what they register can be named.

    The working directory is searched too.

    Args:
        names: Dotted names (``my_lab.parts``), or paths in the working directory
            (``my_lab/parts.py``).

    Raises:
        ConfigError: A module is not found, or fails while it is imported.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    for name in names:
        _include(name)


def include_hint(config: Any) -> str:
    """What to do about components of a run's config that no imported package registers.

    Args:
        config: Part of a resolved config, in which every component is an object with a type.

    Returns:
        A sentence to append to an error message; empty if all components are registered.
    """
    known = {name for interface in Registrable.interfaces().values() for name in interface.names()}
    foreign = sorted(set(_types(config)) - known)
    if not foreign:
        return ""
    listed = ", ".join(map(repr, foreign))
    return (
        f". No imported package registers {listed}: name the package that does with "
        "--include-package PACKAGE (in Python, import it first)"
    )


def _types(config: Any) -> Iterator[str]:
    """The types that a nested config names."""
    if isinstance(config, Mapping):
        if isinstance(config.get("type"), str):
            yield config["type"]
        config = list(config.values())
    if isinstance(config, list):
        for item in config:
            yield from _types(item)


def _include(name: str) -> None:
    dotted = name.removesuffix(".py").strip("/").removeprefix("./").replace("/", ".")
    if not all(part.isidentifier() for part in dotted.split(".")):
        raise ConfigError(
            f"--include-package {name}: not a module; write its dotted name or its path below "
            f"the working directory {Path.cwd()}"
        )
    importlib.invalidate_caches()
    try:
        importlib.import_module(dotted)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{dotted}.".startswith(f"{error.name}."):
            raise ConfigError(
                f"--include-package {name}: no module is called {error.name!r}; it must be "
                f"installed or lie in the working directory {Path.cwd()}"
            ) from error
        raise ConfigError(f"--include-package {name} cannot be imported: {error}") from error
    except Exception as error:  # a user's module may fail in any way
        raise ConfigError(
            f"--include-package {name} cannot be imported: {type(error).__name__}: {error}"
        ) from error
