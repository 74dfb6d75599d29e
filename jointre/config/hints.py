"""Type hints: taken apart, and put into words."""

import enum
import inspect
import json
import sys
import types
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePath
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from jointre.config.nodes import FactoryBase
from jointre.config.options import options_of
from jointre.config.registrable import Registrable, with_article

NoneType = type(None)
_LISTS = (list, tuple, Sequence, Collection)
_WORDS = {
    bool: "true or false",
    int: "an integer",
    float: "a number",
    str: "a string",
    NoneType: "null",
    Any: "any JSON value",
    object: "any JSON value",
}
_BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}


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
    if not isinstance(hint, type) or is_interface(hint) or hint in _WORDS:
        return False
    simple = (enum.Enum, PurePath, str, int, float, list, tuple, dict)
    return not issubclass(hint, simple) and inspect.isclass(hint)


def bounds(annotations: Sequence[Any]) -> list[str]:
    """The bounds of ``Annotated`` in words, such as ``at least 1``."""
    words: list[str] = []
    for each in annotations:
        if hasattr(each, "metadata"):  # pydantic's Field
            words += bounds(each.metadata)
        elif hasattr(each, "__iter__") and not isinstance(each, str):  # Interval, Len
            words += bounds(list(each))
        else:
            for name, word in _BOUNDS.items():
                if getattr(each, name, None) is not None:
                    words.append(f"{word} {getattr(each, name)}")
            if getattr(each, "min_length", None) is not None:
                words.append(f"of length {each.min_length} or more")
            if getattr(each, "max_length", None) is not None:
                words.append(f"of length {each.max_length} or less")
    return words


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


def either(words: Sequence[str]) -> str:
    """``a, b or c``."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def describe_hint(hint: Any) -> str:
    """What a hint accepts, in words: ``an integer, at least 1``."""
    hint, annotations = peel(hint)
    text = ", ".join([_describe(hint), *bounds(annotations)])
    return text.replace("a string, of length 1 or more", "a string that is not empty")


def _describe(hint: Any) -> str:
    alternatives = members(hint)
    if len(alternatives) > 1:
        return either(list(dict.fromkeys(describe_hint(each) for each in alternatives)))
    if is_factory(hint):
        return describe_hint(factory_target(hint))
    if choices_of(hint):
        return either([json.dumps(each) for each in choices_of(hint)])
    if is_list(hint):
        return _describe_list(hint)
    if is_mapping(hint):
        args = get_args(hint)
        return f"an object, each value: {describe_hint(args[1])}" if args else "an object"
    if is_interface(hint):
        names = ", ".join(hint.names()) or "none is registered"
        return f"{with_article(hint.interface)} ({names})"
    if isinstance(hint, type) and issubclass(hint, PurePath):
        return "a path"
    if is_plain_class(hint):
        keys = ", ".join(sorted(options_of(hint)))
        return f"an object with keys among {keys}" if keys else "an empty object"
    return _WORDS.get(hint, getattr(hint, "__name__", str(hint)))


def _describe_list(hint: Any) -> str:
    args = get_args(hint)
    if not args:
        return "a list"
    if get_origin(hint) is tuple and args[-1] is not Ellipsis:
        return f"a list of {len(args)}: {'; '.join(describe_hint(each) for each in args)}"
    return f"a list, each item: {describe_hint(args[0])}"
