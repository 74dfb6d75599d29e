"""Descriptions of a component's options, as ``jointre components show`` prints them."""

import inspect
import re
from dataclasses import dataclass
from typing import Any

from jointre.config.check import Checker
from jointre.config.diagnostics.wording import describe_hint
from jointre.config.schema import options_of


@dataclass(frozen=True)
class Option:
    """One option of a component.

    Args:
        name: Key in the config.
        accepts: Description of the accepted values.
        default: Default value as JSON; None if the option is required.
        required: Whether a config must have the option.
        doc: Text of the option in the docstring's "Args:".
    """

    name: str
    accepts: str
    default: Any
    required: bool
    doc: str


def describe(cls: type) -> list[Option]:
    """The options of a component, in the constructor's order."""
    docs = argument_docs(cls)
    options = []
    for name, option in options_of(cls).items():
        default = None
        if not option.required:
            node = Checker().check(option.hint, option.default, name)
            default = None if node is None else node.resolved()
        accepts = describe_hint(option.hint)
        options.append(Option(name, accepts, default, option.required, docs.get(name, "")))
    return options


def argument_docs(cls: type) -> dict[str, str]:
    """The text of each argument in the docstring's "Args:" section, on one line."""
    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        text = inspect.cleandoc(vars(base).get("__doc__") or "")
        section = re.search(r"^Args:\n((?:[ \t]+.*\n?|\n)+)", text, re.MULTILINE)
        if section is None:
            continue
        body = inspect.cleandoc("\n" + section[1])
        for entry in re.split(r"\n(?=\w)", body):
            head = re.match(r"(\w+)(?: \([^)]*\))?:\s*(.*)", entry, re.DOTALL)
            if head is not None:
                docs[head[1]] = " ".join(head[2].split())
    return docs
