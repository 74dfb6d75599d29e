"""The nearest of the accepted spellings, as the end of an error message."""

from collections.abc import Iterable

from jointre.config.diagnostics.nearest import nearest


def did_you_mean(value: str, choices: Iterable[str]) -> str:
    """``"; did you mean 'Method'?"``, or an empty string if no choice is close."""
    suggestion = nearest(value, choices)
    return "" if suggestion is None else f"; did you mean {suggestion!r}?"
