"""One mistake of a configuration."""

from dataclasses import dataclass

from jointre.errors import ConfigError


@dataclass(frozen=True)
class Problem:
    """One mistake.

    Args:
        path: the key's place, dots between keys, list items by number; "" is the root.
        value: what stands there as JSON, at most 60 characters; "" where nothing does.
        message: what is wrong and what is accepted.
        suggestion: the nearest key or name, the right path or the accepted type.
        line: ``file:line``, where it is known.
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
    """Raise all problems as one error, one a line; nothing when there are none."""
    if problems:
        raise ConfigError("\n".join(str(problem) for problem in problems))
