"""What a component takes, for people: the text behind ``jointre components show``."""

from dataclasses import dataclass
from typing import Any

from jointre.config.hints import describe_hint
from jointre.config.options import argument_docs, options_of
from jointre.config.read import Reader


@dataclass(frozen=True)
class Option:
    """One option of a component.

    Args:
        name: the config key.
        accepts: what it accepts, in words.
        default: the default as JSON; None where it is required.
        required: whether a config must have it.
        doc: its text in the docstring's "Args:".
    """

    name: str
    accepts: str
    default: Any
    required: bool
    doc: str


def describe(cls: type) -> list[Option]:
    """The options of a component, in the constructor's order."""
    docs = argument_docs(cls)
    found = []
    for name, option in options_of(cls).items():
        default = None
        if not option.required:
            node = Reader().read(option.hint, option.default, name)
            default = None if node is None else node.resolved()
        accepts = describe_hint(option.hint)
        found.append(Option(name, accepts, default, option.required, docs.get(name, "")))
    return found
