"""``jointre components``: what can be named in a config."""

from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.command import CheckedApp
from jointre.cli._common.options import Packages

if TYPE_CHECKING:
    from rich.table import Table

    from jointre.config import Registrable

app = CheckedApp(help="List and describe components.", no_args_is_help=True)


def _register(packages: list[str] | None) -> None:
    """Import everything that registers components."""
    from jointre.config import include_packages

    include_packages(packages or ())
    import_module("jointre.training.experiment")  # its imports reach every interface


@app.command("list")
def list_components(
    wanted: Annotated[
        str | None,
        typer.Argument(
            metavar="[INTERFACE]",
            help="Name of an interface, or words from its description.",
            show_default=False,
        ),
    ] = None,
    include_package: Packages = None,
) -> None:
    """List the interfaces and the components that implement them.

    Examples: jointre components list interaction, jointre components list "memory module"
    """
    _register(include_package)
    from rich.console import Console

    from jointre.config import Registrable

    known = Registrable.interfaces()
    words = (wanted or "").lower()
    names = [name for name in known if name == wanted]
    names = names or [name for name in known if words in _purpose(known[name]).lower()]
    if not names:
        _interface(str(wanted))
    table = _components(known[names[0]]) if len(names) == 1 else _interfaces(names)
    Console().print(table)


def _interfaces(names: list[str]) -> "Table":
    """One row per interface: what it is, and the names of its components."""
    from rich.table import Table

    from jointre.config import Registrable

    table = Table("interface", "purpose", "components")
    for name in names:
        kind = Registrable.interfaces()[name]
        table.add_row(name, _purpose(kind), ", ".join(kind.names()))
    return table


def _components(interface: "type[Registrable]") -> "Table":
    """One row per component of an interface: what it does, and where it comes from."""
    import re

    from rich.table import Table

    table = Table(interface.interface, "purpose", "paper or source", title=_purpose(interface))
    for name in interface.names():
        component = interface.by_name(name)
        source = re.search(r"^ *(?:Paper|Source): *(\S+)", component.__doc__ or "", re.MULTILINE)
        table.add_row(name, _purpose(component), source[1] if source else "")
    return table


def _purpose(component: type) -> str:
    """The first sentence of a class's docstring."""
    import inspect
    import re

    first = (inspect.getdoc(component) or "").split("\n\n")[0].replace("\n", " ")
    return re.sub(r":\w+:|`", "", first.split(". ")[0]).rstrip(".")


@app.command()
def show(
    interface: Annotated[
        str,
        typer.Argument(help="Name of the interface, for example interaction.", show_default=False),
    ],
    name: Annotated[
        str, typer.Argument(help="Name of the component, for example ctam.", show_default=False)
    ],
    include_package: Packages = None,
) -> None:
    """Describe a component and its options.

    Example: jointre components show interaction ctam
    """
    _register(include_package)
    import inspect

    from rich.console import Console
    from rich.table import Table

    from jointre.config import describe

    component = _interface(interface).by_name(name)
    console = Console()
    console.print((inspect.getdoc(component) or "").split("\nArgs:")[0].strip(), markup=False)
    table = Table("option", "accepts", "default", "meaning")
    for option in describe(component):
        default = "required" if option.required else str(option.default)
        table.add_row(option.name, option.accepts, default, option.doc)
    if table.rows:
        console.print(table)


def _interface(name: str) -> "type[Registrable]":
    from jointre.config import Registrable, nearest
    from jointre.errors import ConfigError

    known = Registrable.interfaces()
    if name not in known:
        close = nearest(name, list(known))
        hint = f"; did you mean {close!r}?" if close else "."
        raise ConfigError(f"no interface is called {name!r}{hint} Choices: {', '.join(known)}")
    return known[name]
