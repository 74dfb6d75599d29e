"""Options that several commands share."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from jointre.errors import ConfigError

if TYPE_CHECKING:
    from rich.table import Table

    from jointre.config import LoadedConfig
    from jointre.evaluation.report import Report

ConfigFile = Annotated[
    Path,
    typer.Argument(
        help="Experiment file, .jsonnet or .json, or the name of an installed experiment "
        "(jointre config list).",
        show_default=False,
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--overrides",
        metavar="KEY=VALUE",
        help="Change to the config: path.to.key=VALUE, or a jsonnet object; repeatable.",
        show_default=False,
    ),
]
ExtVars = Annotated[
    list[str] | None,
    typer.Option(
        "--ext-var",
        metavar="NAME=VALUE",
        help="External variable of the jsonnet file, for example data=DIR; repeatable.",
        show_default=False,
    ),
]
Packages = Annotated[
    list[str] | None,
    typer.Option(
        "--include-package",
        metavar="PACKAGE",
        help="Package to import first, so that it registers its components; repeatable.",
        show_default=False,
    ),
]
TrainFacts = Annotated[
    list[Path] | None,
    typer.Option(
        help="Training file (DocRED's JSON or jsonl) whose facts Ign F1 does not count; only "
        "for the protocol docred; repeatable.",
        show_default=False,
    ),
]
OnErrorOption = Annotated[
    Literal["stop", "skip"] | None,
    typer.Option(
        "--on-error",
        help="What to do with lines or records that have errors: stop and list the first 20 "
        "(the default), or skip and count them.",
        show_default=False,
    ),
]
ThresholdOption = Annotated[
    list[str] | None,
    typer.Option(
        "--threshold",
        metavar="[LABEL=]PROBABILITY",
        help="Minimum probability of all relations, or of one entity or relation label; "
        "repeatable.",
        show_default=False,
    ),
]
OverlapOption = Annotated[
    Literal["all", "learned", "nested", "flat"] | None,
    typer.Option(
        "--overlap",
        help="Which mentions may overlap: all, learned (as in the training data), nested, flat "
        "(none); by default the model's own rule.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", help="JSON file to write.", show_default=False)
]
Entities = Annotated[
    Literal["predict", "given"],
    typer.Option(
        help="Predict the entities, or use those given in the records and predict their relations."
    ),
]
Device = Annotated[str, typer.Option(help="Device to compute on: auto, cpu, cuda, cuda:1 or mps.")]


def thresholds_of(given: Sequence[str] | None) -> dict[str, float] | None:
    """The thresholds of ``--threshold`` options; ``"default"`` is that of all relations.

    Args:
        given: ``"0.6"`` or ``"works_for=0.7"``.

    Raises:
        ConfigError: One is not a probability, or a label is given twice.
    """
    thresholds: dict[str, float] = {}
    for text in given or ():
        label, _, number = text.rpartition("=")
        label = label or "default"
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            raise ConfigError(
                f"--threshold {text}: write a probability from 0 to 1, such as 0.6 or works_for=0.7"
            )
        if label in thresholds:
            raise ConfigError(f"--threshold {text}: {label} has a threshold already")
        thresholds[label] = value
    return thresholds or None


def load(
    file: Path,
    overrides: Sequence[str] | None,
    ext_vars: Sequence[str] | None,
    packages: Sequence[str] | None,
) -> "LoadedConfig":
    """The config of a command line.

    Raises:
        ConfigError: something is wrong with it.
    """
    from jointre.config import include_packages, load_config

    include_packages(packages or ())
    return load_config(file, overrides or (), variables(ext_vars))


def variables(ext_vars: Sequence[str] | None) -> dict[str, str]:
    """The external variables of a command line.

    Raises:
        ConfigError: An item is not NAME=VALUE.
    """
    found = {}
    for item in ext_vars or ():
        name, equals, value = item.partition("=")
        if not name or not equals:
            raise ConfigError(f"--ext-var {item}: write NAME=VALUE, data=corpora for example")
        found[name] = value
    return found


def score_rows(name: str, report: "Report") -> list[tuple[str, ...]]:
    """A table's rows: split, block, precision, recall, F1 in percent, gold items."""
    return [
        (
            name if number == 0 else "",
            block,
            f"{100 * scores.precision:.2f}",
            f"{100 * scores.recall:.2f}",
            f"{100 * scores.f1:.2f}",
            f"{scores.support}",
        )
        for number, (block, scores) in enumerate(report.blocks.items())
    ]


def show_scores(title: str, rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table of scores."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for heading in ("", "block"):
        table.add_column(heading)
    for heading in ("precision", "recall", "F1", "gold"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def label_table(report: "Report", title: str) -> "Table":
    """A table of each block and each of its labels, in percent."""
    from rich.table import Table

    from jointre.evaluation.report import table

    shown = Table(title=title, title_justify="left")
    shown.add_column("block")
    shown.add_column("label", overflow="fold")
    for name in ("F1", "precision", "recall", "support"):
        shown.add_column(name, justify="right")
    previous = None
    for block, label, *values, support in table(report):
        if previous not in (None, block):
            shown.add_section()
        cells = ["" if value is None else f"{100 * value:.2f}" for value in values]
        shown.add_row("" if block == previous else block, label, *cells, str(support))
        previous = block
    return shown


def log(line: str) -> None:
    """Print a line about the course of things, beside the results."""
    typer.echo(line, err=True)
