"""The options of a component: what its constructor takes and its owner does not give."""

import functools
import inspect
import re
from dataclasses import dataclass
from typing import Any, get_type_hints

from jointre.config.registrable import Registrable, place_of

NO_DEFAULT = inspect.Parameter.empty


@dataclass(frozen=True)
class Parameter:
    """One option as construction sees it.

    Args:
        name: the config key.
        hint: the real type hint, ``Annotated`` bounds kept.
        default: the default, or `NO_DEFAULT`.
    """

    name: str
    hint: Any
    default: Any

    @property
    def required(self) -> bool:
        """True where a config must have the key."""
        return self.default is NO_DEFAULT


def _constructor(cls: type) -> Any:
    """The ``__init__`` that runs for `cls`, or None where only ``object`` has one."""
    owner = next(base for base in cls.__mro__ if "__init__" in vars(base))
    return None if owner is object else vars(owner)["__init__"]


@functools.cache
def arguments(cls: type) -> dict[str, inspect.Parameter]:
    """The named arguments of a constructor, those that the owner gives too.

    ``*args`` and ``**kwargs`` are none: a class without its own ``__init__`` may
    inherit them (``nn.Module``), and they say nothing about what it takes.
    """
    init = _constructor(cls)
    if init is None:
        return {}
    catch_all = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = list(inspect.signature(init).parameters.values())[1:]
    return {each.name: each for each in parameters if each.kind not in catch_all}


@functools.cache
def options_of(cls: type) -> dict[str, Parameter]:
    """The options of a class by name, in the constructor's order.

    Raises:
        TypeError: an argument has no type hint, or is called ``type``.
    """
    given = getattr(cls, "given", ())
    named = {name: each for name, each in arguments(cls).items() if name not in given}
    if not named:
        return {}
    hints = get_type_hints(_constructor(cls), include_extras=True)
    for name in named:
        if name not in hints:
            raise TypeError(f"{place_of(cls)}: the argument {name!r} has no type hint")
        if name == "type" and issubclass(cls, Registrable):
            raise TypeError(f"{place_of(cls)}: no option can be called 'type', the name's key")
    return {name: Parameter(name, hints[name], each.default) for name, each in named.items()}


def title_of(cls: type) -> str:
    """How messages call a class: its registered name, else its own."""
    return str(vars(cls).get("registered_name", cls.__name__))


def argument_docs(cls: type) -> dict[str, str]:
    """The text of each argument in the docstring's "Args:" section, on one line."""
    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        text = inspect.cleandoc(vars(base).get("__doc__") or "")
        section = re.search(r"^Args:\n((?:[ \t]+.*\n?|\n)+)", text, re.MULTILINE)
        if section is None:
            continue
        body = inspect.cleandoc("\n" + section[1])
        for entry in re.split(r"\n(?=\w)", body):
            head = re.match(r"(\w+)(?: \([^)]*\))?:\s*(.*)", entry, re.DOTALL)
            if head is not None:
                docs[head[1]] = " ".join(head[2].split())
    return docs
