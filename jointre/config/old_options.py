"""Options that moved into a component: the old form is read, with a warning that shows the new."""

import logging
from collections.abc import Mapping
from typing import Any

from jointre.config.diagnostics.wording import shorten
from jointre.config.registrable import title_of
from jointre.config.schema import options_of
from jointre.config.tree import FactoryBase, join

logger = logging.getLogger("jointre")
_reported: set[str] = set()


def renewed(cls: type, values: Mapping[str, Any], path: str) -> tuple[dict[str, Any], list[str]]:
    """The options of a class with old keys moved to their new place, and a message per old key.

    A class lists its old keys in ``old_options``: ``{"max_width": "span_enumerator.max_width"}``
    says that ``max_width`` is now an option of the component ``span_enumerator``. A value under an
    old key replaces one under the new key, so that an override of a shared config keeps its effect.
    ``{"decoder": "decoder"}`` says that the component's ``type`` was not needed.

    Args:
        cls: The class whose options they are.
        values: Its options as a config gives them.
        path: Where they stand in the config.
    """
    messages: list[str] = []
    moved = dict(values)
    for key, target in getattr(cls, "old_options", {}).items():
        name, _, option = target.partition(".")
        component = moved.get(name)
        if key not in moved or isinstance(component, FactoryBase):
            continue
        default = options_of(cls)[name].default
        named = {"type": title_of(default.type)} if isinstance(default, FactoryBase) else {}
        given = {"type": component} if isinstance(component, str) else component
        if option:
            moved[name] = named | dict(given or {}) | {option: moved.pop(key)}
        elif (
            isinstance(given, Mapping)
            and isinstance(default, FactoryBase)
            and set(given) <= _option_names(default.type)
        ):
            moved[name] = named | dict(given)
        else:
            continue
        shown = ", ".join(f"{name}: {_jsonnet(value)}" for name, value in moved[name].items())
        messages.append(
            f"{join(path, key)} is the old form of {join(path, target)}: "
            f"write {name}: {{ {shown} }}"
            if option
            else f"{join(path, key)} has no type: write {name}: {{ {shown} }}"
        )
    return moved, messages


def _option_names(cls: type) -> set[str]:
    return set(options_of(cls))


def report(messages: list[str]) -> None:
    """Log each message once per process, as a warning."""
    for message in messages:
        if message not in _reported:
            _reported.add(message)
            logger.warning(message)


def _jsonnet(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else shorten(value)
