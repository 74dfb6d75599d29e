"""Packages of the user's whose import registers more components."""

import importlib
import sys
from collections.abc import Iterable
from pathlib import Path

from jointre.errors import ConfigError


def include_packages(names: Iterable[str]) -> None:
    """Import modules, so that what they register can be named.

    The working directory is searched too.

    Args:
        names: dotted names (``my_lab.parts``) or paths in the working directory
            (``my_lab/parts.py``).

    Raises:
        ConfigError: a module is not found or fails while it is imported.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    for name in names:
        _include(name)


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
