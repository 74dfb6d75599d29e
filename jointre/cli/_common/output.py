"""What commands print and write: log lines, tables of scores, JSON files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from jointre.evaluation.report import Report


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

    scores = Table(title=title, title_justify="left")
    scores.add_column("block")
    scores.add_column("label", overflow="fold")
    for name in ("F1", "precision", "recall", "support"):
        scores.add_column(name, justify="right")
    previous = None
    for block, label, *values, support in table(report):
        if previous not in (None, block):
            scores.add_section()
        cells = ["" if value is None else f"{100 * value:.2f}" for value in values]
        scores.add_row("" if block == previous else block, label, *cells, str(support))
        previous = block
    return scores


def log(line: str) -> None:
    """Print a line on standard error, so that standard output has only results."""
    typer.echo(line, err=True)


def write_json(value: Any, output: Path | None) -> None:
    """Write a value to the file that ``--output`` names.

    Args:
        value: Value of JSON.
        output: File to write, replaced once the text is complete; None: nothing is written.
    """
    from jointre.formats.common.files import dump
    from jointre.outputs import replaced

    if output is not None:
        with replaced(output) as stream:
            stream.write(dump(value, str(output)).encode() + b"\n")
