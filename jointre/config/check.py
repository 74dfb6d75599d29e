"""Compare a configuration with type hints: the result is a checked tree, or all mistakes."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, get_args

from jointre.config.diagnostics import refusals
from jointre.config.diagnostics.misplaced import CheckedObject, key_problems
from jointre.config.diagnostics.places import LoadedConfig
from jointre.config.diagnostics.problem import Problem, raise_problems
from jointre.config.leaves import parse, plain
from jointre.config.old_options import renewed, report
from jointre.config.registrable import Registrable, place_of
from jointre.config.schema import (
    NoneType,
    Parameter,
    factory_target,
    is_factory,
    is_interface,
    is_list,
    is_mapping,
    is_plain_class,
    item_hints,
    lengths,
    members,
    options_of,
    peel,
)
from jointre.config.tree import (
    Deferred,
    Entries,
    FactoryBase,
    Items,
    Leaf,
    Node,
    Ready,
    Recipe,
    join,
)
from jointre.errors import ConfigError


def check(hint: Any, data: Any) -> list[Problem]:
    """All mistakes of a configuration, in the order of the file; nothing is built.

    Args:
        hint: Interface, class or any type hint of a constructor argument.
        data: Configuration as a dict, or the result of :func:`load_config`.
    """
    return examine(hint, data)[1]


def resolve(hint: Any, data: Any) -> Any:
    """The configuration with all defaults filled in, and each component as an object with a type.

    Args:
        hint: Interface, class or any type hint of a constructor argument.
        data: Configuration as a dict, or the result of :func:`load_config`.

    Raises:
        ConfigError: The configuration is wrong; all problems are listed, one per line.
    """
    return checked(hint, data).resolved()


def checked(hint: Any, data: Any, path: str = "", warn: bool = True) -> Node:
    """The checked tree.

    Args:
        hint: As for :func:`examine`.
        data: As for :func:`examine`.
        path: As for :func:`examine`.
        warn: As for :func:`examine`.

    Raises:
        ConfigError: The configuration is wrong; all problems are listed, one per line.
    """
    node, problems = examine(hint, data, path, warn)
    raise_problems(problems)
    if node is None:
        raise AssertionError("a configuration without problems has a tree")
    return node


def examine(
    hint: Any, data: Any, path: str = "", warn: bool = True
) -> tuple[Node | None, list[Problem]]:
    """Check a configuration; the result is the checked tree (None if wrong) and all problems.

    Args:
        hint: Interface, class or any type hint of a constructor argument.
        data: Configuration, or a loaded file, with which problems have line numbers.
        path: Path of the configuration inside a larger one.
        warn: Whether to log a warning for each option in an old form.
    """
    loaded = data if isinstance(data, LoadedConfig) else None
    checker = Checker()
    node = checker.check(hint, data.data if loaded else data, path)
    if warn:
        report(checker.old_options)
    problems = checker.problems + key_problems(checker.objects, fits)
    root = data
    if loaded:
        root = loaded.data
        problems = [replace(problem, line=loaded.line_of(problem)) for problem in problems]
    problems.sort(key=lambda p: _position(root, p.path.removeprefix(path).lstrip(".")))
    if loaded:  # the files' own order, where it is known
        problems.sort(key=lambda p: loaded.order_of(p.path))
    return (None if problems else node), problems


def fits(hint: Any, value: Any) -> bool:
    """Whether a type hint takes a value.

    Args:
        hint: A type hint of a constructor.
        value: A value of a config.
    """
    checker = Checker()
    checker.check(hint, value, "")
    return not checker.mistakes


@dataclass
class Checker:
    """Checks values against type hints, makes the tree and collects every mistake.

    Args:
        problems: Mistakes, except unknown and missing keys, which need the whole file.
        objects: Objects whose class is known, with their unknown and missing keys.
        old_options: Messages about options in an old form.
    """

    problems: list[Problem] = field(default_factory=list)
    objects: list[CheckedObject] = field(default_factory=list)
    old_options: list[str] = field(default_factory=list)

    @property
    def mistakes(self) -> int:
        """The number of mistakes, unknown and missing keys included."""
        keys = sum(len(checked.unknown) + len(checked.missing) for checked in self.objects)
        return len(self.problems) + keys

    def check(self, hint: Any, value: Any, path: str) -> Node | None:
        """The tree of a value; None if something in it is wrong.

        Args:
            hint: The type hint of the option, or the class of the whole configuration.
            value: The value, as JSON or built in Python.
            path: Path of the value in the configuration.
        """
        inner, annotations = peel(hint)
        alternatives = members(inner)
        if len(alternatives) > 1:
            return self._union(alternatives, annotations, value, path)
        if inner is Any or inner is object:
            return Leaf(value, value)
        if is_factory(inner):
            node = self._object(factory_target(inner), value, path)
            return Deferred(node) if isinstance(node, Recipe) else node
        if is_interface(inner) or is_plain_class(inner):
            return self._object(inner, value, path)
        value = plain(value)
        if is_list(inner):
            return self._list(inner, annotations, value, path)
        if is_mapping(inner):
            return self._mapping(inner, annotations, value, path)
        fits, parsed = parse(hint, value)
        return Leaf(value, parsed) if fits else self._refuse(hint, value, path)

    def _refuse(self, hint: Any, value: Any, path: str) -> Node | None:
        """Record a value that is not accepted, with what is."""
        self.problems.append(refusals.refused_value(hint, value, path))
        return None

    def _union(
        self, alternatives: list[Any], annotations: tuple[Any, ...], value: Any, path: str
    ) -> Node | None:
        if value is None and NoneType in alternatives:
            return Leaf(None, None)
        hints = [_annotated(hint, annotations) for hint in alternatives if hint is not NoneType]
        tried: list[tuple[int, Checker]] = []
        for hint in hints:
            if not _admits(hint, value):
                continue
            checker = Checker()
            node = checker.check(hint, value, path)
            if node is not None and not checker.mistakes:
                self._adopt(checker)
                return node
            tried.append((checker.mistakes, checker))
        union = _annotated(_union_of(alternatives), annotations)
        deeper = [
            (count, checker)
            for count, checker in tried
            if len(tried) == 1 or checker.objects or any(p.path != path for p in checker.problems)
        ]
        if not deeper or _only_accepts(deeper, path):
            self._refuse(union, plain(value), path)
        else:
            self._adopt(min(deeper, key=lambda pair: pair[0])[1])
        return None

    def _adopt(self, checker: "Checker") -> None:
        self.problems += checker.problems
        self.objects += checker.objects
        self.old_options += checker.old_options

    def _list(self, hint: Any, annotations: tuple[Any, ...], value: Any, path: str) -> Node | None:
        items = item_hints(hint, len(value)) if isinstance(value, list) else None
        low, high = lengths(annotations)
        if items is None or not low <= len(value) <= high:
            return self._refuse(_annotated(hint, annotations), value, path)
        nodes = [
            self.check(item_hint, item, join(path, number))
            for number, (item_hint, item) in enumerate(zip(items, value, strict=True))
        ]
        good = [node for node in nodes if node is not None]
        container = list if _origin(hint) is list else tuple
        return Items(good, container) if len(good) == len(nodes) else None

    def _mapping(
        self, hint: Any, annotations: tuple[Any, ...], value: Any, path: str
    ) -> Node | None:
        low, high = lengths(annotations)
        if not isinstance(value, Mapping) or not low <= len(value) <= high:
            return self._refuse(_annotated(hint, annotations), value, path)
        item_hint = (get_args(hint) or (str, Any))[1]
        nodes = {key: self.check(item_hint, item, join(path, key)) for key, item in value.items()}
        good = {key: node for key, node in nodes.items() if node is not None}
        return Entries(good) if len(good) == len(nodes) else None

    def _object(self, target: Any, value: Any, path: str) -> Node | None:
        """A component of an interface, or an object of a plain class."""
        if target is object or target is Any:
            raise TypeError(f"{path or 'the root'}: Factory needs a class, as in Factory[Encoder]")
        if isinstance(value, FactoryBase) and issubclass(value.type, target):
            self._note_recipe(value.recipe, path)
            return value.recipe
        if isinstance(value, target):
            return self._ready(value, path)
        if isinstance(value, Mapping):
            cls, values = self._choose(target, dict(value), path)
        elif isinstance(value, str) and is_interface(target):
            cls, values = self._named(target, value, path), {}
        else:
            return self._refuse(target, plain(value), path)
        return None if cls is None else self.options(cls, values, path)

    def _ready(self, value: Any, path: str) -> Node | None:
        """An object built in Python; the options of a dataclass are known."""
        if not dataclasses.is_dataclass(value):
            return Ready(value)
        cls: type = type(value)
        return self.options(cls, {name: getattr(value, name) for name in options_of(cls)}, path)

    def options(self, cls: type, values: Mapping[str, Any], path: str) -> Recipe | None:
        """The recipe of a class from its options; None if an option is wrong."""
        values, messages = renewed(cls, values, path)
        self.old_options += messages
        described = CheckedObject(path, cls, values)
        self.objects.append(described)
        good = not described.unknown and not described.missing
        nodes: dict[str, Node] = {}
        for name, option in options_of(cls).items():
            if name in values:
                node = self.check(option.hint, values[name], join(path, name))
            elif option.required:
                continue
            else:
                node = self._default(cls, option, join(path, name))
            good = good and node is not None
            if node is not None:
                nodes[name] = node
        return Recipe(cls, nodes) if good else None

    def _default(self, cls: type, option: Parameter, path: str) -> Node:
        checker = Checker()
        node = checker.check(option.hint, option.default, path)
        if node is None:
            raise TypeError(
                f"{place_of(cls)}: the default of {option.name!r} does not fit its type hint: "
                + "; ".join(str(problem) for problem in checker.problems)
            )
        self.objects += [CheckedObject(o.path, o.cls, {}, True) for o in checker.objects]
        return node

    def _note_recipe(self, recipe: Recipe, path: str) -> None:
        """Record the objects of a checked recipe; none of their options counts as missing."""
        self.objects.append(CheckedObject(path, recipe.cls, dict.fromkeys(recipe.options)))
        for name, node in recipe.options.items():
            inner = node.recipe if isinstance(node, Deferred) else node
            if isinstance(inner, Recipe):
                self._note_recipe(inner, join(path, name))

    def _choose(
        self, target: Any, values: dict[str, Any], path: str
    ) -> tuple[type | None, dict[str, Any]]:
        """The class that an object's ``type`` names, and its other keys."""
        if not is_interface(target):
            if values.get("type") == vars(target).get("registered_name", values):
                del values["type"]
            return target, values
        if "type" in values:
            return self._named(target, values.pop("type"), join(path, "type")), values
        slip = refusals.misspelt_type(target, values)
        if slip is not None:
            problem = refusals.misspelt_type_problem(target, slip, values, path)
            self.problems.append(problem)
            return target.by_name(values.pop(slip)), values
        self.problems.append(refusals.missing_type(target, values, path))
        return None, values

    def _named(self, target: type[Registrable], name: Any, path: str) -> type | None:
        if not isinstance(name, str):
            self.problems.append(refusals.refused_name(target, name, path))
            return None
        try:
            return target.by_name(name)
        except ConfigError as error:
            self.problems.append(refusals.unusable_name(target, name, path, error))
            return None


def _origin(hint: Any) -> Any:
    return getattr(hint, "__origin__", hint)


def _class_of(hint: Any) -> Any:
    inner = peel(hint)[0]
    return factory_target(inner) if is_factory(inner) else inner


def _annotated(hint: Any, annotations: tuple[Any, ...]) -> Any:
    return Annotated[(hint, *annotations)] if annotations else hint


def _union_of(alternatives: list[Any]) -> Any:
    union = alternatives[0]
    for alternative in alternatives[1:]:
        union = union | alternative
    return union


def _admits(hint: Any, value: Any) -> bool:
    """Whether a hint takes values of this JSON kind at all."""
    target = _class_of(hint)
    if is_interface(target) or is_plain_class(target):
        return (
            isinstance(value, Mapping | FactoryBase)
            or (isinstance(value, str) and is_interface(target))
            or (isinstance(target, type) and isinstance(value, target))
        )
    if is_list(target):
        return isinstance(value, list | tuple)
    if is_mapping(target):
        return isinstance(value, Mapping)
    return target in (Any, object) or not isinstance(value, Mapping | list | tuple)


def _only_accepts(tried: list[tuple[int, Checker]], path: str) -> bool:
    """Whether all alternatives refuse the value itself, so that one message describes them all."""
    problems = [problem for _, checker in tried for problem in checker.problems]
    refused = [p.path == path and "is not accepted" in p.message for p in problems]
    return bool(refused) and all(refused) and not any(checker.objects for _, checker in tried)


def _position(data: Any, path: str) -> tuple[int, ...]:
    """The index of a path at each level of the data, to sort by; missing keys come last."""
    position: list[int] = []
    for key in path.split("."):
        keys = list(map(str, data if isinstance(data, dict) else range(_length(data))))
        position.append(keys.index(key) if key in keys else len(keys))
        if key not in keys:
            break
        data = data[key] if isinstance(data, dict) else data[int(key)]
    return tuple(position)


def _length(data: Any) -> int:
    return len(data) if isinstance(data, list | tuple) else 0
