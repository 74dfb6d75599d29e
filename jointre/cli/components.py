"""``jointre components``: what can be named in a config."""

from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli.command import CheckedApp
from jointre.cli.options import Packages

if TYPE_CHECKING:
    from jointre.config import Registrable

app = CheckedApp(help="List and describe components.", no_args_is_help=True)


def _register(packages: list[str] | None) -> None:
    """Import everything that registers components."""
    from jointre.config import include_packages

    include_packages(packages or ())
    import jointre.training.experiment  # noqa: F401  (its imports reach every interface)


@app.command("list")
def list_components(
    interface: Annotated[
        str | None, typer.Argument(help="Only this interface's.", show_default=False)
    ] = None,
    include_package: Packages = None,
) -> None:
    """List interfaces and the names registered under each.

    Example: jointre components list interaction
    """
    _register(include_package)
    from rich.console import Console
    from rich.table import Table

    from jointre.config import Registrable

    table = Table("interface", "names")
    for name, kind in Registrable.interfaces().items():
        if interface is None or name == interface:
            table.add_row(name, ", ".join(kind.names()))
    if not table.rows:
        _interface(str(interface))
    Console().print(table)


@app.command()
def show(
    interface: Annotated[str, typer.Argument(help="interaction, for example.", show_default=False)],
    name: Annotated[str, typer.Argument(help="ctam, for example.", show_default=False)],
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
