"""Overrides: ``path.to.key=VALUE`` or jsonnet text, as text to add to a config."""

import json
import re
from collections.abc import Callable
from typing import Any

from jointre.errors import ConfigError, abbreviated

_PATH = re.compile(r"\s*(?P<path>[A-Za-z_][\w-]*(?:\.[\w-]+)*)\s*=(?!=)(?P<value>.*)", re.DOTALL)
_TEXT = re.compile(r"\s*(?:[{(]|(?:import|local)\b)")


def as_jsonnet(override: str, evaluate: Callable[[str], Any]) -> str:
    """The jsonnet text that is added to a config with ``+``.

    Args:
        override: ``path.to.key=VALUE`` (JSON, else a string) or jsonnet text.
        evaluate: evaluates jsonnet text to JSON, for values such as ``{type: 'ctam'}``.

    Raises:
        ConfigError: the override has neither form.
    """
    if _TEXT.match(override):
        return f"({override})"
    match = _PATH.fullmatch(override)
    if match is None:
        raise ConfigError(
            f"override {abbreviated(override, 200)}: neither path.to.key=VALUE nor jsonnet text, "
            "which starts with '{', '(', 'import' or 'local'"
        )
    value = _value(override, match["value"].strip(), evaluate)
    return _object(match["path"].split("."), 0, json.dumps(value), override)


def split_override(override: str) -> tuple[list[str], str] | None:
    """The keys and the value's text of ``path.to.key=VALUE``; None for other text.

    Args:
        override: An override.

    Example:
        >>> split_override("training.epochs=3")
        (['training', 'epochs'], '3')
    """
    match = None if _TEXT.match(override) else _PATH.fullmatch(override)
    return None if match is None else (match["path"].split("."), match["value"].strip())


def _value(override: str, text: str, evaluate: Callable[[str], Any]) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ConfigError(
            f"override {abbreviated(override, 200)}: the value is nested too deeply"
        ) from None
    except ValueError:
        if text[:1] not in ("{", "[", "'", '"'):
            return text
    try:
        return evaluate(text)
    except ConfigError as error:
        raise ConfigError(
            f"override {abbreviated(override, 200)}: the value is not JSON: {error}"
        ) from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _object(keys: list[str], at: int, value: str, override: str) -> str:
    """An object that sets the value that ``keys[at:]`` name, and keeps everything beside it.

    It does what nested ``+:`` does, except in two cases. It can set an item of a list, by its
    number. And if a component is given by name, it raises an error, whereas jsonnet would
    concatenate the name and the object into one string.
    """
    key = json.dumps(keys[at])
    if at == len(keys) - 1:
        return f"{{{key}: {value}}}"
    changed = _changed("old", keys, at + 1, value, override)
    fresh = _fresh(keys, at + 1, value, override)
    return f"{{{key}: if {key} in super then local old = super[{key}]; {changed} else {fresh}}}"


def _fresh(keys: list[str], at: int, value: str, override: str) -> str:
    """The value of ``keys[at - 1]``, below which the config has nothing yet.

    It has no conditions: a branch for existing and one for missing values at every key would double
    the text with each key.
    """
    for level in range(len(keys) - 1, at - 1, -1):
        if keys[level].isdigit():
            path = ".".join(keys[:level])
            missing = f"{path} is not in the config, so it has no item {keys[level]}"
            value = _stop(missing, override)
        else:
            value = f"{{{json.dumps(keys[level])}: {value}}}"
    return value


def _changed(old: str, keys: list[str], at: int, value: str, override: str) -> str:
    """The expression for `old` with what ``keys[at:]`` name set to the value."""
    path, key, where = ".".join(keys[:at]), keys[at], ".".join(keys)
    shown = f"std.manifestJsonEx({old}, '')"
    if not key.isdigit():
        merged = f"{old} + {_object(keys, at, value, override)}"
        name = _stop(
            f"{path} is ",
            override,
            shown,
            f", which has no key {key!r}; write the whole object, "
            f"{path}={{type: …, {'.'.join(keys[at:])}: …}}",
        )
        null = _stop(f"{path} is null, so {where} cannot be set; set {path} to an object", override)
        items = _stop(f"{path} is a list; name an item by its number, as in {path}.0", override)
        no_object = _stop(f"{path} is not an object but ", override, shown)
        return (
            f"if std.isObject({old}) then {merged} else if std.isString({old}) then {name} "
            f"else if {old} == null then {null} else if std.isArray({old}) then {items} "
            f"else {no_object}"
        )
    item = value if at == len(keys) - 1 else _changed("item", keys, at + 1, value, override)
    no_item = _stop(f"{path} has no item {key}; it has ", override, f"std.length({old})")
    no_list = _stop(f"{path} is not a list but ", override, shown)
    return (
        f"if std.isArray({old}) then (if {key} < std.length({old}) then std.mapWithIndex("
        f"function(i, item) if i == {key} then {item} else item, {old}) else {no_item}) "
        f"else {no_list}"
    )


def _stop(message: str, override: str, value: str = "''", remedy: str = "") -> str:
    """An expression that is an error.

    Args:
        message: Beginning of the message.
        override: Override that cannot be applied.
        value: Expression whose value follows the message.
        remedy: End of the message.
    """
    head = json.dumps(f"override {abbreviated(override, 200)}: {message}")
    return f"error ({head} + {value} + {json.dumps(remedy)})"
