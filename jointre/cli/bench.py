"""``jointre bench``: what a trained model costs beyond its bare encoder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.options import OnErrorOption, Output

if TYPE_CHECKING:
    from jointre.analysis.efficiency import Measure


UNITS = (1, 8, 16, 32, 64)


def bench(
    run: Annotated[Path, typer.Argument(help="Run directory or archive.", show_default=False)],
    data: Annotated[Path, typer.Argument(help="Annotated file.", show_default=False)],
    format: Annotated[
        str | None, typer.Option(help="Format of the file; by default that of the training data.")
    ] = None,
    runs: Annotated[
        int, typer.Option(min=1, help="Number of timed repetitions of each measurement.")
    ] = 5,
    threads: Annotated[int, typer.Option(min=1, help="Number of threads that torch uses.")] = 2,
    units: Annotated[
        list[int] | None,
        typer.Option(
            help="Maximum number of units in a prediction batch; repeatable. "
            "[default: 1, 8, 16, 32, 64]",
            show_default=False,
        ),
    ] = None,
    batch_size: Annotated[
        int, typer.Option(min=1, help="Number of units in a training batch.")
    ] = 4,
    output: Output = None,
    on_error: OnErrorOption = None,
) -> None:
    """Measure time and memory of a trained model relative to its bare encoder.

    Example: jointre bench runs/sinet_scierc_minilm data/scierc/spert/scierc_dev.json
    """
    import torch
    from rich.console import Console
    from rich.table import Table

    from jointre.analysis.report import measure_all
    from jointre.data.skipped import SkippedData
    from jointre.formats.common.files import dump
    from jointre.inference.settings import RunSettings
    from jointre.outputs import replaced

    def log(what: str) -> None:
        typer.echo(what, err=True)

    torch.set_num_threads(threads)
    reader = RunSettings.of(run, format, None, on_error=on_error).reader
    skipped = SkippedData()
    documents = list(reader.read(data, skipped))
    for line in skipped.lines():
        log(f"{data}: {line}")
    table = Table("measure", "ours", "baseline", "ratio", "runs")
    found = []
    for measure in measure_all(run, documents, runs, units or UNITS, batch_size, log):
        found.append(measure)
        name, ours, baseline, ratio, _ = row = _row(measure)
        typer.echo(f"  {name}: {ours}, baseline {baseline}, ratio {ratio}", err=True)
        table.add_row(*row)
    Console().print(table)
    if output is not None:
        with replaced(output) as stream:
            text = dump([measure.to_dict() for measure in found], str(output))
            stream.write(text.encode() + b"\n")


def _row(measure: "Measure") -> tuple[str, str, str, str, str]:
    if measure.unit == "bytes":
        values = [f"{value / 2**20:.1f} MiB" for value in (measure.value, measure.baseline)]
    else:
        values = [f"{1000 * value:.1f} ms" for value in (measure.value, measure.baseline)]
    ours, baseline = values
    return (measure.name, ours, baseline, f"{measure.ratio:.3f}", str(measure.runs))
