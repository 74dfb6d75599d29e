"""A value against a type hint: the checked tree, and every mistake on the way."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args

from jointre.config.hints import (
    NoneType,
    choices_of,
    describe_hint,
    factory_target,
    interfaces_of,
    is_factory,
    is_interface,
    is_list,
    is_mapping,
    is_plain_class,
    item_hints,
    lengths,
    members,
    peel,
)
from jointre.config.leaves import parse, plain, shorten
from jointre.config.nearest import nearest
from jointre.config.nodes import (
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
from jointre.config.old_options import renewed
from jointre.config.options import Parameter, options_of
from jointre.config.problem import Problem
from jointre.config.registrable import Registrable, place_of, unknown_name, with_article
from jointre.errors import ConfigError


@dataclass(frozen=True)
class Seen:
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


@dataclass
class Reader:
    """Reads values and collects what is wrong.

    Args:
        problems: the mistakes but unknown and missing keys, which need the whole file.
        seen: the objects whose class is known; tells unknown and missing keys.
        old_options: Messages about options in an old form.
    """

    problems: list[Problem] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    old_options: list[str] = field(default_factory=list)

    @property
    def mistakes(self) -> int:
        """How much is wrong, unknown and missing keys included."""
        keys = sum(len(each.unknown) + len(each.missing) for each in self.seen)
        return len(self.problems) + keys

    def read(self, hint: Any, value: Any, path: str) -> Node | None:
        """The checked node of a value, or None where it is wrong."""
        inner, annotations = peel(hint)
        alternatives = members(inner)
        if len(alternatives) > 1:
            return self._union(alternatives, annotations, value, path)
        if inner is Any or inner is object:
            return Leaf(value, value)
        if is_factory(inner):
            node = self._object(factory_target(inner), value, path)
            return Deferred(node, _origin(inner)) if isinstance(node, Recipe) else node
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
        accepted = describe_hint(hint)
        choices = [each for one in members(peel(hint)[0]) for each in choices_of(one)]
        names = [name for each in interfaces_of(hint) for name in each.names()]
        texts = [*names, *filter(_is_text, choices)]
        close = nearest(value, texts) if isinstance(value, str) else None
        if isinstance(value, int) and str(value) in texts:
            close = str(value)
        elif value is None and "none" in names:
            close = "none"
        hint_text = f"; did you mean {shorten(close)}?" if close else ""
        shown = shorten(value)
        message = f"{shown} is not accepted: {accepted}{hint_text}"
        self.problems.append(Problem(path, shown, message, close or accepted))
        return None

    def _union(
        self, alternatives: list[Any], annotations: tuple[Any, ...], value: Any, path: str
    ) -> Node | None:
        if value is None and NoneType in alternatives:
            return Leaf(None, None)
        hints = [_annotated(each, annotations) for each in alternatives if each is not NoneType]
        tried: list[tuple[int, Reader]] = []
        for hint in hints:
            if not _admits(hint, value):
                continue
            reader = Reader()
            node = reader.read(hint, value, path)
            if node is not None and not reader.mistakes:
                self._take(reader)
                return node
            tried.append((reader.mistakes, reader))
        union = _annotated(_union_of(alternatives), annotations)
        deeper = [
            (count, reader)
            for count, reader in tried
            if len(tried) == 1 or reader.seen or any(p.path != path for p in reader.problems)
        ]
        if not deeper or _only_accepts(deeper, path):
            self._refuse(union, plain(value), path)
        else:
            self._take(min(deeper, key=lambda pair: pair[0])[1])
        return None

    def _take(self, other: "Reader") -> None:
        self.problems += other.problems
        self.seen += other.seen
        self.old_options += other.old_options

    def _list(self, hint: Any, annotations: tuple[Any, ...], value: Any, path: str) -> Node | None:
        items = item_hints(hint, len(value)) if isinstance(value, list) else None
        low, high = lengths(annotations)
        if items is None or not low <= len(value) <= high:
            return self._refuse(_annotated(hint, annotations), value, path)
        nodes = [
            self.read(each, item, join(path, i))
            for i, (each, item) in enumerate(zip(items, value, strict=True))
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
        each = (get_args(hint) or (str, Any))[1]
        nodes = {key: self.read(each, item, join(path, key)) for key, item in value.items()}
        good = {key: node for key, node in nodes.items() if node is not None}
        return Entries(good) if len(good) == len(nodes) else None

    def _object(self, target: Any, value: Any, path: str) -> Node | None:
        """A component of an interface, or an object of a plain class."""
        if target is object or target is Any:
            raise TypeError(f"{path or 'the root'}: Factory needs a class, as in Factory[Encoder]")
        if isinstance(value, FactoryBase) and issubclass(value.type, target):
            self._see_recipe(value._recipe, path)
            return value._recipe
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
        """An object built in Python: a dataclass tells its options, others are kept as they are."""
        if not dataclasses.is_dataclass(value):
            return Ready(value)
        cls: type = type(value)
        return self.options(cls, {name: getattr(value, name) for name in options_of(cls)}, path)

    def options(self, cls: type, values: Mapping[str, Any], path: str) -> Recipe | None:
        """The recipe of a class from its options; None when one is wrong."""
        values, messages = renewed(cls, values, path)
        self.old_options += messages
        seen = Seen(path, cls, values)
        self.seen.append(seen)
        good = not seen.unknown and not seen.missing
        nodes: dict[str, Node] = {}
        for name, option in options_of(cls).items():
            if name in values:
                node = self.read(option.hint, values[name], join(path, name))
            elif option.required:
                continue
            else:
                node = self._default(cls, option, join(path, name))
            good = good and node is not None
            if node is not None:
                nodes[name] = node
        return Recipe(cls, nodes) if good else None

    def _default(self, cls: type, option: Parameter, path: str) -> Node:
        reader = Reader()
        node = reader.read(option.hint, option.default, path)
        if node is None:
            raise TypeError(
                f"{place_of(cls)}: the default of {option.name!r} does not fit its type hint: "
                + "; ".join(str(each) for each in reader.problems)
            )
        self.seen += [Seen(each.path, each.cls, {}, True) for each in reader.seen]
        return node

    def _see_recipe(self, recipe: Recipe, path: str) -> None:
        """Note the objects of a finished recipe: their options count as there."""
        self.seen.append(Seen(path, recipe.cls, dict.fromkeys(recipe.options)))
        for name, node in recipe.options.items():
            inner = node.recipe if isinstance(node, Deferred) else node
            if isinstance(inner, Recipe):
                self._see_recipe(inner, join(path, name))

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
        names = target.names()
        slips = [key for key in values if values[key] in names and nearest(key, ["type"])]
        if slips:
            slip = slips[0]
            message = f"not a key here; did you mean 'type', which names {_noun(target)}?"
            shown = shorten(values[slip])
            self.problems.append(Problem(join(path, slip), shown, message, "type"))
            return target.by_name(values.pop(slip)), values
        fitting = [name for name in names if _fits_keys(target, name, values)]
        close = fitting[0] if len(fitting) == 1 else None
        listed = ", ".join(names) or "none is registered"
        message = f"missing; it names {_noun(target)}: {listed}"
        message += f"; these keys fit {close!r}" if close else ""
        self.problems.append(Problem(join(path, "type"), "", message, close or listed))
        return None, values

    def _named(self, target: type[Registrable], name: Any, path: str) -> type | None:
        if not isinstance(name, str):
            names = ", ".join(target.names())
            message = f"{shorten(name)} is not accepted: the name of {_noun(target)} ({names})"
            self.problems.append(Problem(path, shorten(name), message, names))
            return None
        try:
            return target.by_name(name)
        except ConfigError as error:
            known = name in target.names()
            message = str(error) if known else unknown_name(target, name)
            close = None if known else nearest(name, target.names())
            self.problems.append(Problem(path, shorten(name), message, close))
            return None


def _noun(target: type[Registrable]) -> str:
    return with_article(target.interface)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _origin(hint: Any) -> Any:
    return getattr(hint, "__origin__", hint)


def _class_of(hint: Any) -> Any:
    inner = peel(hint)[0]
    return factory_target(inner) if is_factory(inner) else inner


def _annotated(hint: Any, annotations: tuple[Any, ...]) -> Any:
    return Annotated[(hint, *annotations)] if annotations else hint


def _union_of(alternatives: list[Any]) -> Any:
    union = alternatives[0]
    for each in alternatives[1:]:
        union = union | each
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


def _only_accepts(tried: list[tuple[int, Reader]], path: str) -> bool:
    """True where each alternative refuses the value itself, so that one message serves all."""
    problems = [problem for _, reader in tried for problem in reader.problems]
    refused = [p.path == path and "is not accepted" in p.message for p in problems]
    return bool(refused) and all(refused) and not any(reader.seen for _, reader in tried)


def _fits_keys(target: type[Registrable], name: str, values: Mapping[str, Any]) -> bool:
    try:
        cls: type = target.by_name(name)
        return bool(values) and set(values) <= set(options_of(cls))
    except ConfigError:
        return False
