"""Configs and overrides that are JSON, for systems without a jsonnet library."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jointre.config.jsonnet.overrides import split_override
from jointre.errors import ConfigError, abbreviated


def with_override(config: Mapping[str, Any], override: str, no_jsonnet: str) -> dict[str, Any]:
    """A config in which ``path.to.key=VALUE`` is set; the given one is not changed.

    Args:
        config: The config.
        override: ``path.to.key=VALUE``, VALUE being JSON or else a string.
        no_jsonnet: What to say of an override that is jsonnet.

    Raises:
        ConfigError: The override is jsonnet, or does not fit the config.

    Example:
        >>> with_override({"training": {"epochs": 9}}, "training.epochs=3", "")
        {'training': {'epochs': 3}}
    """
    parts = split_override(override)
    if parts is None:
        raise ConfigError(f"override {abbreviated(override, 200)}: {no_jsonnet}")
    keys, text = parts
    try:
        value = json.loads(text)
    except RecursionError:
        raise ConfigError(
            f"override {abbreviated(override, 200)}: the value is nested too deeply"
        ) from None
    except ValueError:
        if text[:1] in ("{", "[", "'", '"'):
            raise ConfigError(
                f"override {abbreviated(override, 200)}: the value is not JSON; {no_jsonnet}"
            ) from None
        value = text
    try:
        changed: dict[str, Any] = _changed(config, keys, value, ())
    except ConfigError as error:
        raise ConfigError(f"override {abbreviated(override, 200)}: {error}") from None
    return changed


def _changed(parent: Any, keys: Sequence[str], value: Any, path: Sequence[str]) -> Any:
    """An object or a list in which ``keys`` name the value.

    Args:
        parent: The object or list.
        keys: The keys below it, at least one.
        value: The value to set.
        path: The keys above it.
    """
    key, *below = keys
    name = ".".join(path)
    if isinstance(parent, Mapping):
        if below and below[0].isdigit() and key not in parent:
            where = ".".join([*path, key])
            raise ConfigError(f"{where} is not in the config, so it has no item {below[0]}")
        return {**parent, key: _below(parent.get(key, {}), keys, value, path)}
    if not isinstance(parent, list):
        raise ConfigError(
            f"{name} is {json.dumps(parent)}, which has no key {key!r}; set {name} to an object"
        )
    if not key.isdigit():
        raise ConfigError(f"{name} is a list; name an item by its number, as in {name}.0")
    if int(key) >= len(parent):
        raise ConfigError(f"{name} has no item {key}; it has {len(parent)}")
    items = list(parent)
    items[int(key)] = _below(items[int(key)], keys, value, path)
    return items


def _below(entry: Any, keys: Sequence[str], value: Any, path: Sequence[str]) -> Any:
    """The new entry for the first of the keys."""
    return value if len(keys) == 1 else _changed(entry, keys[1:], value, (*path, keys[0]))
