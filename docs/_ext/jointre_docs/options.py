"""The options of a component as a table, in the place of its docstring's "Args:"."""

import inspect
import json
from typing import Any, TypeGuard

from jointre.config import Registrable, describe
from jointre_docs import places, rst


def replace_arguments(
    app: Any, what: str, name: str, obj: object, settings: Any, lines: list[str]
) -> None:
    """Sphinx's hook: change the lines of a docstring in place."""
    if what in ("attribute", "property"):
        # napoleon takes the words before a colon in such a docstring's first line for a type. A
        # backslash at the end of a line is read as nothing.
        lines.insert(0, "\\")
    if not takes_options(obj):
        return
    start, end = arguments_section(lines)
    lines[start:end] = table(obj)


def hide_signature(
    app: Any, what: str, name: str, obj: object, settings: Any, arguments: str, result: str
) -> tuple[str, str] | None:
    """Sphinx's hook: no signature where a table has the options, or where nothing is built.

    Of an abstract interface it would be that of ``nn.Module``.
    """
    if what == "class" and (takes_options(obj) or inspect.isabstract(obj)):
        return "", ""
    return None


def takes_options(obj: object) -> TypeGuard[type]:
    """True for a class whose options are keys of a config."""
    if isinstance(obj, type) and issubclass(obj, Registrable):
        return "registered_name" in vars(obj)
    return any(obj is section for _, section in places.sections())


def arguments_section(lines: list[str]) -> tuple[int, int]:
    """From where to where "Args:" goes; an empty place at the end where there is none."""
    if "Args:" not in lines:
        lines.append("")
        return len(lines), len(lines)
    start = end = lines.index("Args:")
    end += 1
    while end < len(lines) and (not lines[end] or lines[end].startswith(" ")):
        end += 1
    return start, end


def table(component: type) -> list[str]:
    """The options with what they accept, their defaults and their meaning."""
    rows = [
        (
            rst.code(option.name),
            option.accepts,
            "required" if option.required else rst.code(json.dumps(option.default)),
            option.doc,
        )
        for option in describe(component)
    ]
    if not rows:
        return ["It has no options.", ""]
    return rst.table(("option", "accepts", "default", "meaning"), rows, "18 27 15 40")
