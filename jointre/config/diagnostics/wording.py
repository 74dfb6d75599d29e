"""Descriptions of type hints and of values, for messages."""

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, get_args, get_origin

from jointre.config.registrable import with_article
from jointre.config.schema import (
    NoneType,
    choices_of,
    factory_target,
    is_factory,
    is_interface,
    is_list,
    is_mapping,
    is_plain_class,
    members,
    options_of,
    peel,
)

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


def shorten(value: Any, limit: int = 60) -> str:
    """A value as JSON, cut to `limit` characters."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


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
        return either(list(dict.fromkeys(map(describe_hint, alternatives))))
    if is_factory(hint):
        return describe_hint(factory_target(hint))
    if choices_of(hint):
        return either([json.dumps(choice) for choice in choices_of(hint)])
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
        return f"a list of {len(args)}: {'; '.join(map(describe_hint, args))}"
    return f"a list, each item: {describe_hint(args[0])}"


def bounds(annotations: Sequence[Any]) -> list[str]:
    """The bounds of ``Annotated`` in words, such as ``at least 1``."""
    words: list[str] = []
    for annotation in annotations:
        if hasattr(annotation, "metadata"):  # pydantic's Field
            words += bounds(annotation.metadata)
        elif hasattr(annotation, "__iter__") and not isinstance(annotation, str):  # Interval, Len
            words += bounds(list(annotation))
        else:
            for name, word in _BOUNDS.items():
                if getattr(annotation, name, None) is not None:
                    words.append(f"{word} {getattr(annotation, name)}")
            if getattr(annotation, "min_length", None) is not None:
                words.append(f"of length {annotation.min_length} or more")
            if getattr(annotation, "max_length", None) is not None:
                words.append(f"of length {annotation.max_length} or less")
    return words
