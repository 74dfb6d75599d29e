"""One mistake of a configuration."""

from dataclasses import dataclass

from jointre.errors import ConfigError
from jointre.plurals import counted

_LISTED = 50
_LONGEST_PATH = 200


@dataclass(frozen=True)
class Problem:
    """One mistake in a configuration.

    Args:
        path: Path of the key, with dots between keys and numbers for list items; "" is the root.
        value: Value at this path as JSON, at most 60 characters; "" if there is none.
        message: What is wrong and what is accepted.
        suggestion: Most similar key or name, correct path or accepted type.
        line: ``file:line``, if it is known.
    """

    path: str
    value: str
    message: str
    suggestion: str | None = None
    line: str | None = None

    def __str__(self) -> str:
        path = self.path if len(self.path) <= _LONGEST_PATH else f"{self.path[:_LONGEST_PATH]}…"
        where = f"{path}: " if path else ""
        return f"{where}{self.message}" + (f" ({self.line})" if self.line else "")


def raise_problems(problems: list[Problem]) -> None:
    """Raise the problems as one error, one per line, at most 50; do nothing if there are none."""
    if problems:
        lines = [str(problem) for problem in problems[:_LISTED]]
        further = len(problems) - len(lines)
        if further:
            lines.append(f"and {counted(further, 'further mistakes')}")
        raise ConfigError("\n".join(lines))
