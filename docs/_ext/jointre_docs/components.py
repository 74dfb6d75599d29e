"""A page for each interface and its implementations, from the registry."""

import inspect
import re
from collections.abc import Iterator

from jointre.config import Registrable, describe
from jointre.config.registrable import place_of
from jointre.testing import contracts
from jointre_docs import places, rst

INTRODUCTION = """\
The components that a config can name. Each interface has a page with its implementations, their
options and their sources. ``jointre components list`` and ``jointre components show`` print the
same. A :doc:`component of your own </guides/custom_components>` is one file.
"""

EXPERIMENT = """\
The sections of an experiment and their keys. If the value of a key is a component, its options are
on the page of its interface among the :doc:`components <components/index>`. The guide to
:doc:`training </guides/training>` explains how to write an experiment file.
"""


def pages() -> dict[str, str]:
    """The text of each page by its path below ``reference``."""
    interfaces = Registrable.interfaces()
    made = {f"components/{name}.rst": interface_page(kind) for name, kind in interfaces.items()}
    made["components/index.rst"] = index_page(interfaces)
    made["experiment.rst"] = experiment_page()
    return made


def experiment_page() -> str:
    """The sections of an experiment file that are no components."""
    lines = rst.title("Experiment files") + EXPERIMENT.splitlines() + [""]
    paths: dict[type, list[str]] = {}
    for path, section in places.sections():
        paths.setdefault(section, []).append(path)
    for section, of_section in paths.items():
        title = ", ".join(rst.code(path) for path in of_section if path) or "The whole file"
        lines += rst.title(title, "-")
        lines += [f".. autoclass:: {dotted(section)}", "   :no-members:", ""]
    return "\n".join(lines)


def index_page(interfaces: dict[str, type[Registrable]]) -> str:
    """The list of interfaces with their names."""
    rows = [
        (f":doc:`{name}`", first_sentence(kind), ", ".join(rst.code(each) for each in kind.names()))
        for name, kind in interfaces.items()
    ]
    lines = rst.title("Components") + INTRODUCTION.splitlines() + [""]
    lines += rst.table(("interface", "purpose", "names"), rows, "18 47 35")
    lines += [".. toctree::", "   :hidden:", "", *(f"   {name}" for name in interfaces)]
    return "\n".join(lines) + "\n"


def interface_page(interface: type[Registrable]) -> str:
    """One interface: what it is, where configs name it, its suite, its implementations."""
    name = interface.interface
    lines = rst.title(name)
    lines += [
        f".. autoclass:: {dotted(interface)}",
        "   :members:",
        "   :no-inherited-members:",
        "",
    ]
    keys = ", ".join(rst.code(key) for key in places.keys_of(interface))
    if keys:
        lines += [f"In a config: {keys}.", ""]
    given = ", ".join(rst.code(each) for each in interface.given)
    if given:
        lines += [f"These arguments come from the owner and are not config keys: {given}.", ""]
    suites = suites_of(interface)
    if suites:
        listed = ", ".join(f":py:class:`jointre.testing.contracts.{each}`" for each in suites)
        lines += [f"Tests for your own component: {listed}.", ""]
    for each in interface.names():
        component = interface.by_name(each)
        lines += [f".. _{name}.{each}:", "", *rst.title(each, "-")]
        lines += [f".. autoclass:: {dotted(component)}", "   :no-members:", ""]
    return "\n".join(lines)


def gaps() -> list[str]:
    """What the components' docstrings leave open; nothing, or the build fails."""
    found = []
    for name, interface in Registrable.interfaces().items():
        if not vars(interface).get("__doc__"):
            found.append(f"{place_of(interface)}: the interface {name} has no docstring")
        for each in interface.names():
            component = interface.by_name(each)
            found += [
                f"{place_of(component)}: the {name} {each!r} {gap}" for gap in open_in(component)
            ]
    return found


def open_in(component: type) -> Iterator[str]:
    """What one component's docstring leaves open."""
    text = inspect.cleandoc(vars(component).get("__doc__") or "")
    if not text:
        yield "has no docstring"
    elif not re.search(r"^(Paper|Source): \S", text, re.MULTILINE):
        yield "names neither a 'Paper:' nor a 'Source:'; write 'Source: jointre' for one of ours"
    for option in describe(component):
        if not option.doc:
            yield f"does not say under 'Args:' what {option.name!r} means"


def suites_of(interface: type[Registrable]) -> list[str]:
    """The public contract suites of an interface."""
    return [
        name
        for name in contracts.__all__
        if getattr(getattr(contracts, name), "interface", None) is interface
    ]


def first_sentence(cls: type) -> str:
    """The purpose of a class, from its docstring; what it refers to is code, without a link."""
    text = " ".join(inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].split())
    return re.sub(r":\w+:`~?([^`]+)`", r"``\1``", text)


def dotted(cls: type) -> str:
    """Where a class is defined, with dots."""
    return f"{cls.__module__}.{cls.__qualname__}"
