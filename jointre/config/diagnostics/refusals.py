"""Values and names that a configuration cannot have, with what is accepted instead."""

from collections.abc import Mapping
from typing import Any

from jointre.config.diagnostics.nearest import nearest
from jointre.config.diagnostics.problem import Problem
from jointre.config.diagnostics.wording import describe_hint, shorten
from jointre.config.registrable import Registrable, unknown_name, with_article
from jointre.config.schema import choices_of, interfaces_of, members, options_of, peel
from jointre.config.tree import join
from jointre.errors import ConfigError


def refused_value(hint: Any, value: Any, path: str) -> Problem:
    """A value that its type hint does not accept.

    Args:
        hint: The type hint.
        value: The value, as JSON.
        path: Where it stands.
    """
    accepted = describe_hint(hint)
    choices = [choice for member in members(peel(hint)[0]) for choice in choices_of(member)]
    names = [name for interface in interfaces_of(hint) for name in interface.names()]
    texts = [*names, *(choice for choice in choices if isinstance(choice, str))]
    close = nearest(value, texts) if isinstance(value, str) else None
    if isinstance(value, int) and str(value) in texts:
        close = str(value)
    elif value is None and "none" in names:
        close = "none"
    suggestion = f"; did you mean {shorten(close)}?" if close else ""
    shown = shorten(value)
    message = f"{shown} is not accepted: {accepted}{suggestion}"
    return Problem(path, shown, message, close or accepted)


def refused_name(interface: type[Registrable], name: Any, path: str) -> Problem:
    """A component's name that is not a string.

    Args:
        interface: The interface whose component it should be.
        name: What stands in its place.
        path: Where it stands.
    """
    names = ", ".join(interface.names())
    message = f"{shorten(name)} is not accepted: the name of {_noun(interface)} ({names})"
    return Problem(path, shorten(name), message, names)


def unusable_name(
    interface: type[Registrable], name: str, path: str, error: ConfigError
) -> Problem:
    """A name that no component has, or whose component cannot be used.

    Args:
        interface: The interface whose component it should be.
        name: The name.
        path: Where it stands.
        error: Why the component of a known name cannot be used.
    """
    known = name in interface.names()
    message = str(error) if known else unknown_name(interface, name)
    close = None if known else nearest(name, interface.names())
    return Problem(path, shorten(name), message, close)


def misspelt_type(interface: type[Registrable], values: Mapping[str, Any]) -> str | None:
    """The key that was probably meant to be ``type``.

    Args:
        interface: The interface whose component the values describe.
        values: The keys and values of the object.
    """
    names = interface.names()
    slips = [key for key in values if values[key] in names and nearest(key, ["type"])]
    return slips[0] if slips else None


def misspelt_type_problem(
    interface: type[Registrable], key: str, values: Mapping[str, Any], path: str
) -> Problem:
    """The message for a key that was probably meant to be ``type``.

    Args:
        interface: As for :func:`misspelt_type`.
        key: The key.
        values: As for :func:`misspelt_type`.
        path: Where the object stands.
    """
    message = f"not a key here; did you mean 'type', which names {_noun(interface)}?"
    return Problem(join(path, key), shorten(values[key]), message, "type")


def missing_type(interface: type[Registrable], values: Mapping[str, Any], path: str) -> Problem:
    """The message for an object that does not name its component.

    Args:
        interface: The interface whose component the values describe.
        values: The keys and values of the object.
        path: Where the object stands.
    """
    names = interface.names()
    fitting = [name for name in names if _takes_all(interface, name, values)]
    close = fitting[0] if len(fitting) == 1 else None
    listed = ", ".join(names) or "none is registered"
    message = f"missing; it names {_noun(interface)}: {listed}"
    message += f"; these keys fit {close!r}" if close else ""
    return Problem(join(path, "type"), "", message, close or listed)


def _takes_all(interface: type[Registrable], name: str, values: Mapping[str, Any]) -> bool:
    """Whether a component takes each of the keys."""
    try:
        cls: type = interface.by_name(name)
        return bool(values) and set(values) <= set(options_of(cls))
    except ConfigError:
        return False


def _noun(interface: type[Registrable]) -> str:
    return with_article(interface.interface)
