"""``jointre bench``: what a trained model costs beyond its bare encoder."""

from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.options import (
    AnnotatedFile,
    MaxUnpackedOption,
    OnErrorOption,
    Output,
    Packages,
    RunArgument,
    TrainedFormatOption,
)
from jointre.cli._common.output import log, write_json

if TYPE_CHECKING:
    from jointre.analysis.efficiency import Measure


UNITS = (1, 8, 16, 32, 64)


def bench(
    run: RunArgument,
    data: AnnotatedFile,
    format: TrainedFormatOption = None,
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
    max_unpacked: MaxUnpackedOption = None,
    include_package: Packages = None,
) -> None:
    """Measure time and memory of a trained model relative to its bare encoder.

    Example: jointre bench runs/sinet_scierc_minilm data/scierc/spert/scierc_dev.json
    """
    from jointre.config import include_packages

    include_packages(include_package or ())
    import torch
    from rich.console import Console
    from rich.table import Table

    from jointre.analysis.report import measure_all
    from jointre.cli._common.readers import given_options, read_annotated
    from jointre.inference.settings import RunSettings

    torch.set_num_threads(threads)
    options = given_options(on_error, max_unpacked)
    reader = RunSettings.of(run, format, None, options=options).reader
    documents = read_annotated(reader, data, f"{data}: ")
    table = Table("measure", "ours", "baseline", "ratio", "runs")
    measures = []
    for measure in measure_all(run, documents, runs, units or UNITS, batch_size, log):
        measures.append(measure)
        name, value, baseline, ratio, _ = row = _row(measure)
        log(f"  {name}: {value}, baseline {baseline}, ratio {ratio}")
        table.add_row(*row)
    Console().print(table)
    write_json([measure.to_dict() for measure in measures], output)


def _row(measure: "Measure") -> tuple[str, str, str, str, str]:
    if measure.unit == "bytes":
        values = [f"{value / 2**20:.1f} MiB" for value in (measure.value, measure.baseline)]
    else:
        values = [f"{1000 * value:.1f} ms" for value in (measure.value, measure.baseline)]
    value, baseline = values
    return (measure.name, value, baseline, f"{measure.ratio:.3f}", str(measure.runs))
