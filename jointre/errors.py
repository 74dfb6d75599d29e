"""The errors that jointre raises for users.

    JointreError                 any error that a user can correct
    ├── ConfigError              an experiment file, an override, a component's options
    ├── DataError                a corpus, a prediction file, a text
    ├── ArchiveError             a saved model
    └── RunError                 a run directory, a training that cannot go on

Messages name the place, the value, what is accepted and what to do. The command
line prints them without a traceback and exits with code 1.
"""


class JointreError(Exception):
    """Base class of all errors that a user can correct.

    Example:
        >>> import jointre
        >>> try:
        ...     jointre.load("runs/quikstart")
        ... except jointre.JointreError as error:
        ...     print(type(error).__name__)
        ArchiveError
    """


class ConfigError(JointreError):
    """An experiment file, an override or a component's options are wrong."""


class DataError(JointreError):
    """A corpus, a prediction file or a text cannot be used."""


class ArchiveError(JointreError):
    """A saved model cannot be read or written."""


class RunError(JointreError):
    """A run directory cannot be used, or a training cannot continue."""


def abbreviated(value: object, limit: int = 60) -> str:
    """The repr of a value for an error message, cut to ``limit`` characters.

    Args:
        value: Any value; its repr may be long, deeply nested or recursive.
        limit: Maximum length of the result, at least 4.

    Example:
        >>> abbreviated("Ada"), abbreviated("a" * 2000, limit=10)
        ("'Ada'", "'aaaaaa...")
    """
    # A long string is cut before its repr is made, which could be ten times as long.
    short = value[: limit + 1] if isinstance(value, str) else value
    try:
        text = repr(short)
    except RecursionError:
        text = f"a deeply nested {type(value).__name__}"
    return text if len(text) <= limit else text[: limit - 3] + "..."
