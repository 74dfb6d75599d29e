"""Interfaces whose implementations are chosen by name.

An interface is a class made with ``interface="name"``; ``@Interface.register("name")``
names an implementation. Storage is catalogue, so an installed package adds
implementations by the entry point group ``jointre_<interface>``.
"""

from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any, ClassVar, TypeVar

import catalogue

from jointre.config.diagnostics.nearest import nearest
from jointre.errors import ConfigError, abbreviated

C = TypeVar("C", bound=type)
R = TypeVar("R", bound="Registrable")


def place_of(cls: type) -> str:
    """Where a class is defined, as ``module:qualified name``."""
    return f"{cls.__module__}:{cls.__qualname__}"


def title_of(cls: type) -> str:
    """How messages call a class: its registered name, else its own."""
    return str(vars(cls).get("registered_name", cls.__name__))


def with_article(noun: str) -> str:
    """The noun with its article, underscores as spaces: ``a pair encoder``."""
    words = noun.replace("_", " ")
    return f"{'an' if words[:1].lower() in 'aeiou' else 'a'} {words}"


class Registrable:
    """Mix-in that makes a class an interface with named implementations.

    Subclass with ``interface="name"`` to open an interface; put this class before
    ``nn.Module`` or ``ABC`` among the bases.

    Attributes:
        given: Constructor arguments that the owner gives, which are never config keys.
        interface: Name of the interface.
        registered_name: Name of the implementation.
    """

    given: ClassVar[tuple[str, ...]] = ()
    interface: ClassVar[str]
    registered_name: ClassVar[str]
    _catalogue: ClassVar[Any]
    _interfaces: ClassVar[dict[str, type["Registrable"]]] = {}
    _selected: ClassVar[tuple[Any, dict[str, list[EntryPoint]]]] = None, {}

    def __init_subclass__(cls, interface: str | None = None, **kwargs: Any) -> None:
        """Open the interface, when one is named.

        Raises:
            ConfigError: Another class has opened an interface of this name.
        """
        super().__init_subclass__(**kwargs)
        if interface is None:
            return
        known = Registrable._interfaces.get(interface)
        if known is not None:
            raise ConfigError(
                f"two interfaces are called {interface!r}: {place_of(known)} and {place_of(cls)}"
            )
        cls.interface = interface
        cls._catalogue = catalogue.create("jointre", interface, entry_points=True)
        Registrable._interfaces[interface] = cls

    @classmethod
    def interfaces(cls) -> dict[str, type["Registrable"]]:
        """Every interface by its name, sorted."""
        return dict(sorted(Registrable._interfaces.items()))

    @classmethod
    def register(cls, name: str) -> Callable[[C], C]:
        """A decorator that names an implementation of this interface.

        Args:
            name: Name in configs, in snake_case.

        Raises:
            ConfigError: A class or an installed package has the name already.
            TypeError: The class does not inherit from the interface.
        """

        def add(component: C) -> C:
            if not issubclass(component, cls):
                raise TypeError(f"{place_of(component)} does not inherit from {place_of(cls)}")
            existing = cls._registered().get(name)
            if existing is not None and existing is not component:
                raise ConfigError(
                    f"two {cls.interface} components are called {name!r}: "
                    f"{place_of(existing)} and {place_of(component)}; give one another name"
                )
            cls._entry_point(name, component)
            component.registered_name = name
            cls._catalogue.register(name, func=component)
            return component

        return add

    @classmethod
    def names(cls) -> list[str]:
        """The names of all implementations, including those of installed packages, sorted."""
        return sorted({*cls._registered(), *(entry.name for entry in cls._entry_points())})

    @classmethod
    def by_name(cls: type[R], name: str) -> type[R]:
        """The implementation of this name.

        Raises:
            ConfigError: No implementation has the name (the message lists the choices and the most
                similar one), two have it, or its package cannot be imported.
        """
        component: type[R] | None = cls._registered().get(name)
        entry = cls._entry_point(name, component)
        if component is not None:
            return component
        if entry is None:
            raise ConfigError(unknown_name(cls, name))
        return cls._load(entry)

    @classmethod
    def _registered(cls: type[R]) -> dict[str, type[R]]:
        """The implementations registered by decorator; entry points are not loaded."""
        prefix = tuple(cls._catalogue.namespace)
        return {
            key[-1]: component
            for key, component in list(catalogue.REGISTRY.items())
            if len(key) == len(prefix) + 1 and key[:-1] == prefix
        }

    @classmethod
    def _entry_points(cls) -> list[EntryPoint]:
        group = cls._catalogue.entry_point_namespace
        available = catalogue.AVAILABLE_ENTRY_POINTS
        known, selected = Registrable._selected
        if known is not available:
            Registrable._selected = available, (selected := {})
        if group not in selected:  # selecting takes a millisecond, and every key of a config asks
            selected[group] = list(available.select(group=group))
        return selected[group]

    @classmethod
    def _entry_point(cls, name: str, component: type | None) -> EntryPoint | None:
        """The entry point of this name, if it is the only claim on the name.

        catalogue asks entry points before registered classes and takes the first of
        several, so a second claim on a name must be refused here.
        """
        entries = {entry.value: entry for entry in cls._entry_points() if entry.name == name}
        places = [f"the entry point {value}" for value in sorted(entries)]
        if component is not None:
            # A package may declare its class both ways; only another package shadows.
            home = component.__module__.partition(".")[0]
            places = [place_of(component)] + [
                f"the entry point {value}"
                for value in sorted(entries)
                if value.partition(":")[0].partition(".")[0] != home
            ]
        if len(places) > 1:
            raise ConfigError(
                f"two {cls.interface} components are called {name!r}: {' and '.join(places)}; "
                "rename one or uninstall its package"
            )
        return next(iter(entries.values()), None)

    @classmethod
    def _load(cls: type[R], entry: EntryPoint) -> type[R]:
        """Import an entry point's class."""
        title = f"the {cls.interface} {entry.name!r} (entry point {entry.value})"
        try:
            component = cls._catalogue.get_entry_point(entry.name)
        except Exception as error:  # a package may fail in any way while it is imported
            raise ConfigError(
                f"{title} cannot be imported: {type(error).__name__}: {error}"
            ) from error
        if not (isinstance(component, type) and issubclass(component, cls)):
            raise ConfigError(f"{title} is not a subclass of {place_of(cls)}")
        if "registered_name" not in vars(component):
            component.registered_name = entry.name
        return component


def unknown_name(interface: type[Registrable], name: str) -> str:
    """The message for a name that the interface does not have."""
    choices = interface.names()
    close = nearest(name, choices)
    hint = f"; did you mean {close!r}?" if close else "."
    noun = interface.interface.replace("_", " ")
    owners = [
        candidate.interface
        for candidate in Registrable.interfaces().values()
        if close is None and candidate is not interface and name in candidate.names()
    ]
    if owners:
        *first, last = [with_article(owner) for owner in owners]
        kinds = f"{', '.join(first)} or {last}" if first else last
        hint = f" ({name!r} is {kinds})."
    listed = ", ".join(choices) or "none is registered; is a package to be included?"
    return f"no {noun} is called {abbreviated(name, 100)}{hint} Choices: {listed}"
