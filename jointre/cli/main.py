"""The ``jointre`` command: lists the commands and turns errors into messages."""

import atexit
import gc
import sys
from importlib import import_module
from typing import Annotated

import typer

from jointre.cli._common.command import CheckedApp, ConfigCommand
from jointre.cli._common.openmp import wait_passively
from jointre.cli._common.streams import name_output, reopen
from jointre.cli.archive import archive
from jointre.cli.attention import attention
from jointre.cli.calibrate import calibrate
from jointre.cli.compare import compare
from jointre.cli.components import app as components
from jointre.cli.config import app as config
from jointre.cli.convert import convert
from jointre.cli.convert_checkpoint import convert_checkpoint
from jointre.cli.data import app as data
from jointre.cli.efficiency import efficiency
from jointre.cli.evaluate import evaluate
from jointre.cli.init import init
from jointre.cli.package import package
from jointre.cli.predict import predict
from jointre.cli.report import report
from jointre.cli.score import score
from jointre.cli.split import split
from jointre.cli.study import app as study
from jointre.cli.train import train
from jointre.cli.tune import tune
from jointre.errors import JointreError

app = CheckedApp(
    help="Joint named-entity recognition and relation extraction.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command()(init)
app.command(cls=ConfigCommand)(train)
app.command(cls=ConfigCommand)(tune)
for command in (
    evaluate,
    predict,
    score,
    compare,
    calibrate,
    report,
    split,
    convert,
    efficiency,
    attention,
    archive,
    package,
):
    app.command()(command)
app.command(hidden=True)(convert_checkpoint)
app.add_typer(components, name="components")
app.add_typer(config, name="config")
app.add_typer(data, name="data")
app.add_typer(study, name="study")


def _version(value: bool) -> bool:
    if value:
        version = import_module("importlib.metadata").version("jointre")
        typer.echo(f"jointre {version}")
        raise typer.Exit
    return value


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Train joint models from experiment files, evaluate them, extract triples."""


def run() -> None:
    """The entry point; exit codes: 0 success, 1 wrong input, 2 wrong usage, 130 interrupted."""
    reopen()
    name_output()
    wait_passively()
    atexit.register(gc.freeze)  # the process ends without a last search for unreachable objects
    try:
        _complete()
    except JointreError as error:
        fail(str(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        prefix = f"{error.filename}: " if error.filename else ""
        fail(f"{prefix}{error.strerror or error}")


def _complete() -> None:
    """Run the command, and flush standard output even if the command exits."""
    try:
        app(standalone_mode=True, prog_name="jointre")  # with python -m jointre, too
    except SystemExit:
        sys.stdout.flush()
        raise


def fail(message: str) -> None:
    """Print an error and leave with exit code 1."""
    typer.echo(f"error: {message}", err=True)
    sys.exit(1)
