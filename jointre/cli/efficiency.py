"""``jointre efficiency``: what trained models cost, beside their bare encoders."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.options import (
    MaxUnpackedOption,
    OnErrorOption,
    Output,
    Packages,
    TrainedFormatOption,
)
from jointre.cli._common.output import log, write_json
from jointre.errors import ConfigError

if TYPE_CHECKING:
    from rich.table import Table

    from jointre.analysis.efficiency import Measure
    from jointre.analysis.measures import Efficiency

UNITS = (1, 8, 32)


def efficiency(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN… DATA",
            help="Run directories or archives, and last the annotated file.",
            show_default=False,
        ),
    ],
    measure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="What to measure; repeatable. parts: parameters and multiply-adds; speed; memory; "
            "growth with length; training: a training step; heads: everything after the encoder; "
            "bf16; context; documents: long documents; spacy: spaCy's pipe; start: start of "
            "commands. [default: parts, speed, memory]",
            show_default=False,
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Figure of growth with length to draw (.png, .svg or .pdf); measures growth.",
            show_default=False,
        ),
    ] = None,
    format: TrainedFormatOption = None,
    runs: Annotated[
        int, typer.Option(min=1, help="Number of timed repetitions of each measurement.")
    ] = 3,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1, help="Number of threads; by default those of torch.", show_default=False
        ),
    ] = None,
    units: Annotated[
        list[int] | None,
        typer.Option(
            min=1,
            help="Maximum number of units (sentences or documents) in a prediction batch; "
            "repeatable. [default: 1, 8, 32]",
            show_default=False,
        ),
    ] = None,
    batch_size: Annotated[
        int, typer.Option(min=1, help="Number of units in a training batch.")
    ] = 4,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Use only the first documents of the data.", show_default=False),
    ] = None,
    output: Output = None,
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    include_package: Packages = None,
) -> None:
    """Measure parameters, multiply-adds, speed and memory of trained models.

    Each model is measured in turn with its bare encoder, the same encoder on the same batches
    without tokenizer and heads, so that the machine's speed cancels out in the ratio.

    For example:

    * `jointre efficiency runs/quickstart fixtures/newswire/test.jsonl`
    * `jointre efficiency runs/sinet runs/care dev.json --plot growth.svg --output efficiency.json`
    * `jointre efficiency runs/quickstart fixtures/newswire/dev.jsonl --measure training`
    """
    from jointre.config import include_packages

    include_packages(include_package or ())
    if len(paths) < 2:
        raise ConfigError("name at least one run, and last the annotated file")
    import torch
    from rich.console import Console

    from jointre.analysis.growth import draw
    from jointre.analysis.measures import DEFAULT_KINDS, KINDS, Kind
    from jointre.analysis.measures import measure as measure_run
    from jointre.cli._common.readers import given_options, read_annotated
    from jointre.data.nearest import did_you_mean
    from jointre.display.figures import figure_class
    from jointre.inference.settings import RunSettings

    *sources, data = paths
    for name in measure or ():
        if name not in KINDS:
            raise ConfigError(
                f"--measure {name}: unknown{did_you_mean(name, KINDS)} Accepted: {', '.join(KINDS)}"
            )
    if plot is not None:
        figure_class(plot)
    if threads is not None:
        torch.set_num_threads(threads)
    chosen = [*(measure or DEFAULT_KINDS), *(["growth"] if plot else [])]
    kinds: list[Kind] = [kind for kind in KINDS if kind in chosen]
    options = given_options(on_error, max_unpacked)
    reader = RunSettings.of(sources[0], format, None, (), data, options).reader
    documents = read_annotated(reader, data, f"{data}: ")[:limit]
    found = []
    for run in sources:
        log(f"{run}")
        found.append(
            measure_run(
                run,
                documents,
                kinds,
                runs=runs,
                units=units or UNITS,
                batch_size=batch_size,
                log=lambda line: log(f"  {line}"),
            )
        )
    console = Console()
    console.print(_overview(found))
    if "parts" in kinds:
        console.print(_parts(found))
    further = [(each.run, measured) for each in found for measured in each.more]
    if further:
        console.print(_further(further))
    for each in found:
        for point in each.growth:
            log(
                f"{each.run}, {point.words} words: {1000 * point.seconds:.2f} ms per unit, encoder "
                f"{1000 * point.encoder_seconds:.2f} ms"
            )
    if plot is not None:
        draw({each.run.name: each.growth for each in found}, plot)
        log(f"written: {plot}")
    machine = {"threads": torch.get_num_threads(), "data": str(data), "runs": runs}
    write_json({**machine, "models": [each.to_dict() for each in found]}, output)


def _overview(found: "Sequence[Efficiency]") -> "Table":
    """One row per run, and one for its bare encoder."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from jointre.analysis.parts import total

    table = Table(
        box=SIMPLE_HEAD,
        padding=0,
        title=f"{found[0].units:,} units; in each second row the bare encoder",
        title_justify="left",
    )
    table.add_column("", overflow="fold")
    for name in ("parameters", "multiply-adds", "units/s at 1", "at best", "batch", "memory"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in found:
        whole, first = total(each.parts), each.parts[0] if each.parts else None
        best = each.best
        speeds = [
            [
                f"{each.units_per_second(count, encoder):.1f}" if count in each.speed else ""
                for count in (1, best)
            ]
            for encoder in (False, True)
        ]
        memory = ["", ""]
        if each.memory is not None:
            memory = [f"{v / 2**20:.0f} MiB" for v in (each.memory.value, each.memory.baseline)]
        for number, (name, part) in enumerate(((str(each.run), whole), ("  encoder", first))):
            table.add_row(
                name,
                f"{part.parameters / 1e6:.2f} M" if first and part else "",
                f"{part.multiply_adds / 1e9:.3f} G" if first and part else "",
                *speeds[number],
                str(best or ""),
                memory[number],
            )
    return table


def _parts(found: "Sequence[Efficiency]") -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(
        box=SIMPLE_HEAD, padding=0, title="parts, per unit of the data", title_justify="left"
    )
    table.add_column("", overflow="fold")
    for name in ("parameters", "multiply-adds", "share"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in found:
        if len(found) > 1:
            table.add_row(f"[bold]{each.run}")
        whole = sum(part.multiply_adds for part in each.parts) or 1.0
        for part in each.parts:
            table.add_row(
                part.name,
                f"{part.parameters:,}",
                f"{part.multiply_adds / 1e6:,.2f} M",
                f"{100 * part.multiply_adds / whole:.1f} %",
            )
    return table


def _further(found: "Sequence[tuple[Path, Measure]]") -> "Table":
    from rich.table import Table

    table = Table("run", "measure", "ours", "baseline", "ratio", "runs")
    for run, measured in found:
        if measured.unit == "bytes":
            values = [f"{v / 2**20:.1f} MiB" for v in (measured.value, measured.baseline)]
        else:
            values = [f"{1000 * v:.1f} ms" for v in (measured.value, measured.baseline)]
        table.add_row(run.name, measured.name, *values, f"{measured.ratio:.3f}", str(measured.runs))
    return table
