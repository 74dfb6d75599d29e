"""Messages for unknown and missing keys: a misspelt key, a key in the wrong place, or both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jointre.config.diagnostics.nearest import nearest
from jointre.config.diagnostics.problem import Problem
from jointre.config.diagnostics.wording import describe_hint, shorten
from jointre.config.registrable import title_of, with_article
from jointre.config.schema import Parameter, arguments, interfaces_of, options_of
from jointre.config.tree import join
from jointre.errors import abbreviated


@dataclass(frozen=True)
class CheckedObject:
    """An object of the configuration.

    Args:
        path: Its path.
        cls: Its class.
        values: Its keys and values in the file.
        by_default: Whether it is a default value, which has no keys in the file.
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
        """The required options that the object does not set."""
        options = () if self.by_default else options_of(self.cls).values()
        return [option for option in options if option.required and option.name not in self.values]


def key_problems(
    objects: Sequence[CheckedObject], fits: Callable[[Any, Any], bool]
) -> list[Problem]:
    """A problem for each unknown key, and for each missing key that no unknown key explains.

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
        message = f"{title} takes no {abbreviated(key, 100)}{hint} {takes}"
        meant = [join(owner.path, near)] if near else []
        return Problem(path, shorten(value), message, near), meant

    def _other_hint(self, owner: CheckedObject, key: str) -> str:
        """Another explanation of a key: it names a component, or an option of another object."""
        for option in options_of(owner.cls).values():
            for target in interfaces_of(option.hint):
                if key in target.names():
                    kind = with_article(target.interface)
                    return f" ({key!r} is {kind}: {option.name}: {{type: {key!r}, …}})."
        owners = [candidate for candidate in self.objects if key in options_of(candidate.cls)]
        if len(owners) != 1:
            return "."
        path = join(owners[0].path, key)
        if key in owners[0].values:
            return f"; {path} is set already."
        accepted = describe_hint(options_of(owners[0].cls)[key].hint)
        return f"; {path} takes one, but not this value: {accepted}."

    def _near_wins(
        self, option: Parameter, value: Any, homes: Sequence[CheckedObject], key: str
    ) -> bool:
        """Whether a misspelling is more probable than a wrong place, if both explain the key."""
        if not self.fits(option.hint, value):
            return False
        return option.required or not options_of(homes[0].cls)[key].required

    def _homes(self, owner: CheckedObject, key: str) -> list[CheckedObject]:
        """The objects to which the key may belong: they take it, lack it and accept its value.

        Objects that require the key come first, then objects of the file before defaults, then
        near objects before far ones. All objects of the same rank are returned.
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


def _steps(start: str, end: str) -> int:
    """Number of steps through the tree from the object at one path to that at another."""
    start_keys = [key for key in start.split(".") if key]
    end_keys = [key for key in end.split(".") if key]
    shared = 0
    for start_key, end_key in zip(start_keys, end_keys, strict=False):
        if start_key != end_key:
            break
        shared += 1
    return len(start_keys) + len(end_keys) - 2 * shared
