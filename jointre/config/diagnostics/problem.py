"""One mistake of a configuration."""

from dataclasses import dataclass

from jointre.errors import ConfigError


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
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.message}" + (f" ({self.line})" if self.line else "")


def raise_problems(problems: list[Problem]) -> None:
    """Raise all problems as one error, one per line; do nothing if there are none."""
    if problems:
        raise ConfigError("\n".join(str(problem) for problem in problems))
