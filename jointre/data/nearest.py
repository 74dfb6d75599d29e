"""The nearest of the accepted spellings, as the end of an error message."""

from collections.abc import Iterable

from jointre.config.diagnostics.nearest import nearest


def did_you_mean(value: str, choices: Iterable[str]) -> str:
    """``"; did you mean 'Method'?"``, or nothing when no choice is close."""
    found = nearest(value, choices)
    return "" if found is None else f"; did you mean {found!r}?"
