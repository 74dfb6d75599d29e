"""``jointre config``: experiment files checked and resolved, nothing read or built."""

from pathlib import Path
from typing import Annotated

import typer

from jointre.cli._common.command import CheckedApp, ConfigCommand
from jointre.cli._common.options import ConfigFile, ExtVars, Overrides, Packages, load
from jointre.start_up import garbage_collection_paused

app = CheckedApp(help="Check and show experiment files.", no_args_is_help=True)


@app.command(cls=ConfigCommand)
def check(
    config: ConfigFile,
    overrides: Overrides = None,
    ext_var: ExtVars = None,
    include_package: Packages = None,
) -> None:
    """List all mistakes in an experiment file.

    Example: jointre config check experiments/quickstart.jsonnet -o model.interaction.heads=6
    """
    loaded = load(config, overrides, ext_var, include_package)
    with garbage_collection_paused():
        from jointre.config import resolve
        from jointre.training.experiment import Experiment

    data = resolve(Experiment, loaded)["data"]
    for key in ("train", "dev", "test"):
        if data.get(key) is not None and not Path(data[key]).exists():
            typer.echo(
                f"note: data.{key}: {data[key]} does not exist; data files are looked for in the "
                f"working directory, {Path.cwd()}, imports in the folder of the file that has them",
                err=True,
            )
    typer.echo(f"{config}: no mistakes")


@app.command(cls=ConfigCommand)
def show(
    config: ConfigFile,
    overrides: Overrides = None,
    ext_var: ExtVars = None,
    include_package: Packages = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print plain JSON, which is itself a valid config.")
    ] = False,
) -> None:
    """Show an experiment with all default values filled in.

    Example: jointre config show experiments/quickstart.jsonnet --json > full.json
    """
    loaded = load(config, overrides, ext_var, include_package)
    from json import dumps

    with garbage_collection_paused():
        from jointre.config import resolve
        from jointre.training.experiment import Experiment

    text = dumps(resolve(Experiment, loaded), indent=2, ensure_ascii=False)
    if json:
        typer.echo(text)
        return
    from rich.console import Console
    from rich.syntax import Syntax

    Console().print(Syntax(text, "json", background_color="default"))


@app.command()
def mixins(config: ConfigFile, ext_var: ExtVars = None) -> None:
    """List the mix-ins in a file; each can be used as an override of an experiment.

    Example: jointre config mixins experiments/ablations/sinet.libsonnet
    """
    from jointre.cli._common.options import variables
    from jointre.config import mixins as names_of

    for name in names_of(config, variables(ext_var)):
        typer.echo(name)


@app.command("list")
def list_() -> None:
    """List the experiments that are installed with jointre.

    Their names can be given in place of a file.

    Example: jointre config list
    """
    from rich.console import Console
    from rich.table import Table

    from jointre.config.jsonnet.shipped import shipped_experiments

    table = Table(box=None, pad_edge=False)
    table.add_column("experiment", no_wrap=True)
    table.add_column("description")
    for name, description in shipped_experiments().items():
        table.add_row(name, description)
    Console().print(table)
