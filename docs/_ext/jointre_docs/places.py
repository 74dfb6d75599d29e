"""Where configs name things: the sections of an experiment, and which keys take an interface."""

from collections.abc import Iterator
from typing import Any

# Its imports reach every interface.
from jointre.config import Registrable
from jointre.config.schema import (
    factory_target,
    interfaces_of,
    is_factory,
    is_list,
    is_plain_class,
    item_hints,
    members,
    options_of,
    peel,
)
from jointre.training.experiment import Experiment

Section = tuple[str, type]


def components() -> Iterator[tuple[str, str, type]]:
    """Every registered class with its interface and its name."""
    for interface, kind in Registrable.interfaces().items():
        for name in kind.names():
            yield interface, name, kind.by_name(name)


def sections() -> list[Section]:
    """The objects without a ``type``, by their path: ``data``, ``decoder`` of a model, ….

    The first is the experiment itself, with an empty path.
    """
    found = list(_below("", Experiment))
    for interface, name, component in components():
        found += list(_below(f"{interface} {name}", component))[1:]
    return found


def keys_of(interface: type[Registrable]) -> list[str]:
    """The keys that take an implementation, such as ``interaction (model document, span)``."""
    keys = [
        f"{path}.{key}".strip(".")
        for path, section in _below("", Experiment)
        for key, hint in _hints(section)
        if interface in interfaces_of(hint)
    ]
    owners: dict[tuple[str, str], list[str]] = {}
    for kind, name, component in components():
        for key, hint in _hints(component):
            if interface in interfaces_of(hint):
                owners.setdefault((kind, key), []).append(name)
    return keys + [f"{key} ({kind} {', '.join(names)})" for (kind, key), names in owners.items()]


def _below(path: str, cls: type) -> Iterator[Section]:
    """A class and the sections in it."""
    yield path, cls
    for key, hint in _hints(cls):
        if is_plain_class(hint) and hint.__module__.startswith("jointre."):
            yield from _below(f"{path}.{key}".strip("."), hint)


def _hints(cls: type) -> Iterator[tuple[str, Any]]:
    """The hints of a class' options: alternatives apart, factories and lists opened."""
    for key, option in options_of(cls).items():
        for hint in members(peel(option.hint)[0]):
            for inner in (item_hints(hint, 1) or []) if is_list(hint) else [hint]:
                target = factory_target(inner) if is_factory(inner) else inner
                yield key, peel(target)[0]
