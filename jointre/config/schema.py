"""The options of a class, from its constructor, and functions that analyse their type hints."""

import enum
import functools
import inspect
import sys
import types
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from jointre.config.registrable import Registrable, place_of
from jointre.config.tree import FactoryBase

NO_DEFAULT = inspect.Parameter.empty
NoneType = type(None)
_LISTS = (list, tuple, Sequence, Collection)
_VALUES = (bool, int, float, str, NoneType, object)


@dataclass(frozen=True)
class Parameter:
    """One option of a class.

    Args:
        name: Key in a config.
        hint: Type hint, including the bounds in ``Annotated``.
        default: Default value, or `NO_DEFAULT`.
    """

    name: str
    hint: Any
    default: Any

    @property
    def required(self) -> bool:
        """Whether a config must have the key."""
        return self.default is NO_DEFAULT


def _constructor(cls: type) -> Any:
    """The ``__init__`` of a class; None if it inherits that of ``object``."""
    owner = next(base for base in cls.__mro__ if "__init__" in vars(base))
    return None if owner is object else vars(owner)["__init__"]


@functools.cache
def arguments(cls: type) -> dict[str, inspect.Parameter]:
    """The named arguments of a constructor, including those that the owner gives.

    ``*args`` and ``**kwargs`` do not count: a class without its own ``__init__`` may inherit
    them (from ``nn.Module``), and they do not show what it takes.
    """
    init = _constructor(cls)
    if init is None:
        return {}
    catch_all = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = list(inspect.signature(init).parameters.values())[1:]
    named = [parameter for parameter in parameters if parameter.kind not in catch_all]
    return {argument.name: argument for argument in named}


@functools.cache
def options_of(cls: type) -> dict[str, Parameter]:
    """The options of a class by name, in the constructor's order.

    Raises:
        TypeError: An argument has no type hint, or is called ``type``.
    """
    given = getattr(cls, "given", ())
    named = {name: argument for name, argument in arguments(cls).items() if name not in given}
    if not named:
        return {}
    hints = get_type_hints(_constructor(cls), include_extras=True)
    for name in named:
        if name not in hints:
            raise TypeError(f"{place_of(cls)}: the argument {name!r} has no type hint")
        if name == "type" and issubclass(cls, Registrable):
            raise TypeError(f"{place_of(cls)}: no option can be called 'type', the name's key")
    return {
        name: Parameter(name, hints[name], argument.default) for name, argument in named.items()
    }


def peel(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """The hint without ``Annotated``, and its annotations."""
    if get_origin(hint) is Annotated:
        inner, *annotations = get_args(hint)
        return inner, tuple(annotations)
    if isinstance(hint, TypeVar):
        return hint.__bound__ or Any, ()
    return hint, ()


def members(hint: Any) -> list[Any]:
    """The alternatives of a union, those of nested unions included; otherwise the hint alone."""
    if get_origin(hint) in (Union, types.UnionType):
        return [alternative for member in get_args(hint) for alternative in members(member)]
    return [hint]


def is_factory(hint: Any) -> bool:
    """True for ``Factory[X]``."""
    origin = get_origin(hint) or hint
    return isinstance(origin, type) and issubclass(origin, FactoryBase)


def factory_target(hint: Any) -> Any:
    """The ``X`` of ``Factory[X]``."""
    return (get_args(hint) or (object,))[0]


def is_list(hint: Any) -> bool:
    """True for ``list``, ``tuple``, ``Sequence`` and the like, with or without item hints."""
    return (get_origin(hint) or hint) in _LISTS


def item_hints(hint: Any, count: int) -> list[Any] | None:
    """The hint of each of `count` items; None if a tuple has another length."""
    args = get_args(hint)
    if not args:
        return [Any] * count
    if get_origin(hint) is tuple and args[-1] is not Ellipsis:
        return list(args) if len(args) == count else None
    return [args[0]] * count


def is_mapping(hint: Any) -> bool:
    """True for ``dict`` and ``Mapping``."""
    return (get_origin(hint) or hint) in (dict, Mapping)


def is_interface(hint: Any) -> bool:
    """True for a class that opened an interface: a name chooses among its implementations."""
    return isinstance(hint, type) and "_catalogue" in vars(hint) and issubclass(hint, Registrable)


def interfaces_of(hint: Any) -> list[type[Registrable]]:
    """The interfaces in a hint, in its unions and in ``Factory[...]``, but not in lists."""
    alternatives = [peel(alternative)[0] for alternative in members(peel(hint)[0])]
    targets = [factory_target(hint) if is_factory(hint) else hint for hint in alternatives]
    return [target for target in targets if is_interface(target)]


def is_plain_class(hint: Any) -> bool:
    """True for a class whose options are its keys, without a ``type``."""
    if not isinstance(hint, type) or is_interface(hint) or hint in _VALUES:
        return False
    simple = (enum.Enum, PurePath, str, int, float, list, tuple, dict)
    return not issubclass(hint, simple) and inspect.isclass(hint)


def lengths(annotations: Sequence[Any]) -> tuple[int, int]:
    """The minimum and maximum length that annotations allow."""
    minimum, maximum = 0, sys.maxsize
    for annotation in annotations:
        inner = getattr(annotation, "metadata", None)
        if inner is None and hasattr(annotation, "__iter__") and not isinstance(annotation, str):
            inner = list(annotation)
        if inner is not None:
            low, high = lengths(inner)
        else:
            low = getattr(annotation, "min_length", None) or 0
            max_length = getattr(annotation, "max_length", None)
            high = sys.maxsize if max_length is None else max_length
        minimum, maximum = max(minimum, low), min(maximum, high)
    return minimum, maximum


def choices_of(hint: Any) -> list[Any]:
    """The JSON values of a ``Literal`` or an enum; empty for other hints."""
    if get_origin(hint) is Literal:
        return [
            choice.value if isinstance(choice, enum.Enum) else choice for choice in get_args(hint)
        ]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return [choice.value for choice in hint]
    return []
