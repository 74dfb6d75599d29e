"""Unknown and missing keys, explained together: a slip, a wrong place, or both."""

from collections.abc import Sequence
from typing import Any

from jointre.config.hints import describe_hint, interfaces_of
from jointre.config.leaves import shorten
from jointre.config.nearest import nearest
from jointre.config.nodes import join
from jointre.config.options import Parameter, arguments, options_of, title_of
from jointre.config.problem import Problem
from jointre.config.read import Reader, Seen
from jointre.config.registrable import with_article


def key_problems(seen: Sequence[Seen]) -> list[Problem]:
    """A problem for each unknown key, and for each missing one not explained by it.

    Args:
        seen: all objects of the configuration whose class is known.
    """
    problems: list[Problem] = []
    explained: set[str] = set()
    for owner in seen:
        for key in owner.unknown:
            problem, meant = _unknown(owner, key, seen)
            problems.append(problem)
            explained.update(meant)
    for owner in seen:
        for option in owner.missing:
            if join(owner.path, option.name) not in explained:
                problems.append(_missing(owner, option))
    return problems


def _missing(owner: Seen, option: Parameter) -> Problem:
    accepted = describe_hint(option.hint)
    message = f"missing; {title_of(owner.cls)} needs it: {accepted}"
    return Problem(join(owner.path, option.name), "", message, accepted)


def _unknown(owner: Seen, key: str, seen: Sequence[Seen]) -> tuple[Problem, list[str]]:
    """The problem of an unknown key, and the paths that it was probably meant for."""
    options = options_of(owner.cls)
    title = title_of(owner.cls)
    path, value = join(owner.path, key), owner.values[key]
    free = [name for name in options if name not in owner.values]
    homes = _homes(owner, key, seen)
    if key in arguments(owner.cls) and not homes:
        message = f"not a config key: whoever builds {title} gives it; leave it out"
        return Problem(path, shorten(value), message), []
    near = nearest(key, free)
    if homes and not (near and _near_wins(options[near], value, homes, key)):
        places = [join(home.path, key) for home in homes]
        message = f"not a key here; it belongs at {' or '.join(places)}"
        return Problem(path, shorten(value), message, " or ".join(places)), places[:1]
    near = near or nearest(key, options)
    hint = f"; did you mean {near!r}?" if near else _other_hint(owner, key, seen)
    takes = f"It takes {', '.join(sorted(options))}" if options else "It takes no options"
    message = f"{title} takes no {key!r}{hint} {takes}"
    return Problem(path, shorten(value), message, near), [join(owner.path, near)] if near else []


def _other_hint(owner: Seen, key: str, seen: Sequence[Seen]) -> str:
    """What else may explain a key: a component's name, or an option that is set elsewhere."""
    for option in options_of(owner.cls).values():
        for target in interfaces_of(option.hint):
            if key in target.names():
                kind = with_article(target.interface)
                return f" ({key!r} is {kind}: {option.name}: {{type: {key!r}, …}})."
    others = [other for other in seen if key in options_of(other.cls)]
    if len(others) != 1:
        return "."
    place = join(others[0].path, key)
    if key in others[0].values:
        return f"; {place} is set already."
    accepted = describe_hint(options_of(others[0].cls)[key].hint)
    return f"; {place} takes one, but not this value: {accepted}."


def _near_wins(option: Parameter, value: Any, homes: Sequence[Seen], key: str) -> bool:
    """Whether a slip is likelier than a wrong place, where both would explain the key."""
    if not _fits(option, value):
        return False
    return option.required or not options_of(homes[0].cls)[key].required


def _homes(owner: Seen, key: str, seen: Sequence[Seen]) -> list[Seen]:
    """The other objects that take the key, lack it and accept its value; the likeliest ones.

    Objects that need the key come before those that may have it, the file's before those
    that are there by default, near ones before far ones; ties are all returned.
    """

    def rank(home: Seen) -> tuple[bool, bool, int]:
        needed = options_of(home.cls)[key].required
        return not needed, home.by_default, _steps(owner.path, home.path)

    homes = [
        home
        for home in seen
        if home is not owner
        and key not in home.values
        and key in options_of(home.cls)
        and _fits(options_of(home.cls)[key], owner.values[key])
    ]
    best = min(map(rank, homes), default=None)
    return [home for home in homes if rank(home) == best]


def _fits(option: Parameter, value: Any) -> bool:
    reader = Reader()
    reader.read(option.hint, value, "")
    return not reader.mistakes


def _steps(one: str, other: str) -> int:
    """How many steps lead from one object to another through the tree."""
    left, right = one.split("."), other.split(".")
    left, right = [each for each in left if each], [each for each in right if each]
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    return len(left) + len(right) - 2 * shared
