"""What a class takes: the options of its constructor, and their type hints taken apart."""

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


def peel(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """The hint without ``Annotated``, and its annotations."""
    if get_origin(hint) is Annotated:
        inner, *annotations = get_args(hint)
        return inner, tuple(annotations)
    if isinstance(hint, TypeVar):
        return hint.__bound__ or Any, ()
    return hint, ()


def members(hint: Any) -> list[Any]:
    """The alternatives of a union, nested ones too; the hint itself where it is none."""
    if get_origin(hint) in (Union, types.UnionType):
        return [each for member in get_args(hint) for each in members(member)]
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
    """The hint of each of `count` items, or None where the tuple's length is another."""
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
    """The interfaces that a hint names, in a union or in ``Factory[...]`` too; not in lists."""
    inner = [peel(each)[0] for each in members(peel(hint)[0])]
    targets = [factory_target(each) if is_factory(each) else each for each in inner]
    return [each for each in targets if is_interface(each)]


def is_plain_class(hint: Any) -> bool:
    """True for a class whose options are its keys, without a ``type``."""
    if not isinstance(hint, type) or is_interface(hint) or hint in _VALUES:
        return False
    simple = (enum.Enum, PurePath, str, int, float, list, tuple, dict)
    return not issubclass(hint, simple) and inspect.isclass(hint)


def lengths(annotations: Sequence[Any]) -> tuple[int, int]:
    """The least and the greatest length that annotations allow."""
    low, high = 0, sys.maxsize
    for each in annotations:
        inner = getattr(each, "metadata", None)
        if inner is None and hasattr(each, "__iter__") and not isinstance(each, str):
            inner = list(each)
        if inner is not None:
            least, greatest = lengths(inner)
        else:
            least = getattr(each, "min_length", None) or 0
            longest = getattr(each, "max_length", None)
            greatest = sys.maxsize if longest is None else longest
        low, high = max(low, least), min(high, greatest)
    return low, high


def choices_of(hint: Any) -> list[Any]:
    """The JSON values of a ``Literal`` or an enum; empty for other hints."""
    if get_origin(hint) is Literal:
        return [each.value if isinstance(each, enum.Enum) else each for each in get_args(hint)]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return [each.value for each in hint]
    return []
