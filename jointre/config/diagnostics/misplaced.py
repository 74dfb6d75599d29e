"""Unknown and missing keys, explained together: a slip, a wrong place, or both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jointre.config.diagnostics.nearest import nearest
from jointre.config.diagnostics.problem import Problem
from jointre.config.diagnostics.wording import describe_hint, shorten
from jointre.config.registrable import title_of, with_article
from jointre.config.schema import Parameter, arguments, interfaces_of, options_of
from jointre.config.tree import join


@dataclass(frozen=True)
class CheckedObject:
    """An object of the configuration: where it is, its class, which keys it has.

    `values` are those of the file; an object that is there `by_default` has none.
    """

    path: str
    cls: type
    values: Mapping[str, Any]
    by_default: bool = False

    @property
    def unknown(self) -> list[str]:
        """The keys that the class does not take."""
        return [key for key in self.values if key not in options_of(self.cls)]

    @property
    def missing(self) -> list[Parameter]:
        """The required options that are not there."""
        options = () if self.by_default else options_of(self.cls).values()
        return [each for each in options if each.required and each.name not in self.values]


def key_problems(
    objects: Sequence[CheckedObject], fits: Callable[[Any, Any], bool]
) -> list[Problem]:
    """A problem for each unknown key, and for each missing one not explained by it.

    Args:
        objects: All objects of the configuration whose class is known.
        fits: Says whether a type hint accepts a value.
    """
    explainer = _Explainer(objects, fits)
    problems: list[Problem] = []
    explained: set[str] = set()
    for owner in objects:
        for key in owner.unknown:
            problem, meant = explainer.unknown(owner, key)
            problems.append(problem)
            explained.update(meant)
    for owner in objects:
        for option in owner.missing:
            if join(owner.path, option.name) not in explained:
                problems.append(_missing(owner, option))
    return problems


def _missing(owner: CheckedObject, option: Parameter) -> Problem:
    accepted = describe_hint(option.hint)
    message = f"missing; {title_of(owner.cls)} needs it: {accepted}"
    return Problem(join(owner.path, option.name), "", message, accepted)


@dataclass(frozen=True)
class _Explainer:
    """Finds out what an unknown key was meant for; its arguments are those of `key_problems`."""

    objects: Sequence[CheckedObject]
    fits: Callable[[Any, Any], bool]

    def unknown(self, owner: CheckedObject, key: str) -> tuple[Problem, list[str]]:
        """The problem of an unknown key, and the paths that it was probably meant for."""
        options = options_of(owner.cls)
        title = title_of(owner.cls)
        path, value = join(owner.path, key), owner.values[key]
        free = [name for name in options if name not in owner.values]
        homes = self._homes(owner, key)
        if key in arguments(owner.cls) and not homes:
            message = f"not a config key: whoever builds {title} gives it; leave it out"
            return Problem(path, shorten(value), message), []
        near = nearest(key, free)
        if homes and not (near and self._near_wins(options[near], value, homes, key)):
            places = [join(home.path, key) for home in homes]
            message = f"not a key here; it belongs at {' or '.join(places)}"
            return Problem(path, shorten(value), message, " or ".join(places)), places[:1]
        near = near or nearest(key, options)
        hint = f"; did you mean {near!r}?" if near else self._other_hint(owner, key)
        takes = f"It takes {', '.join(sorted(options))}" if options else "It takes no options"
        message = f"{title} takes no {key!r}{hint} {takes}"
        meant = [join(owner.path, near)] if near else []
        return Problem(path, shorten(value), message, near), meant

    def _other_hint(self, owner: CheckedObject, key: str) -> str:
        """What else may explain a key: a component's name, or an option that is set elsewhere."""
        for option in options_of(owner.cls).values():
            for target in interfaces_of(option.hint):
                if key in target.names():
                    kind = with_article(target.interface)
                    return f" ({key!r} is {kind}: {option.name}: {{type: {key!r}, …}})."
        others = [other for other in self.objects if key in options_of(other.cls)]
        if len(others) != 1:
            return "."
        place = join(others[0].path, key)
        if key in others[0].values:
            return f"; {place} is set already."
        accepted = describe_hint(options_of(others[0].cls)[key].hint)
        return f"; {place} takes one, but not this value: {accepted}."

    def _near_wins(
        self, option: Parameter, value: Any, homes: Sequence[CheckedObject], key: str
    ) -> bool:
        """Whether a slip is likelier than a wrong place, where both would explain the key."""
        if not self.fits(option.hint, value):
            return False
        return option.required or not options_of(homes[0].cls)[key].required

    def _homes(self, owner: CheckedObject, key: str) -> list[CheckedObject]:
        """The other objects that take the key, lack it and accept its value; the likeliest ones.

        Objects that need the key come before those that may have it, the file's before those
        that are there by default, near ones before far ones; ties are all returned.
        """

        def rank(home: CheckedObject) -> tuple[bool, bool, int]:
            needed = options_of(home.cls)[key].required
            return not needed, home.by_default, _steps(owner.path, home.path)

        homes = [
            home
            for home in self.objects
            if home is not owner
            and key not in home.values
            and key in options_of(home.cls)
            and self.fits(options_of(home.cls)[key].hint, owner.values[key])
        ]
        best = min(map(rank, homes), default=None)
        return [home for home in homes if rank(home) == best]


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
