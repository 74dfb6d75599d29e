"""``jointre calibrate``: probabilities and thresholds of a trained model from annotated data."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.options import (
    DetectedFormatOption,
    Device,
    MaxUnpackedOption,
    OnErrorOption,
    Output,
    Packages,
    ProtocolOption,
    RunArgument,
)
from jointre.cli._common.output import log, write_json
from jointre.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from jointre.evaluation.significance import Difference
    from jointre.inference.calibrate import CalibrationResult

_SHOWN = 12  # thresholds


def calibrate(
    run: RunArgument,
    data: Annotated[
        Path | None,
        typer.Argument(
            help="Annotated file that the model was not trained on, such as the dev data.",
            show_default=False,
        ),
    ] = None,
    objective: Annotated[
        str,
        typer.Option(
            help="What thresholds are chosen for: f1, or precision>=0.9 for the lowest threshold "
            "of each label that reaches this precision."
        ),
    ] = "f1",
    folds: Annotated[
        int,
        typer.Option(
            min=2, max=1000, help="Parts of the data for cross-fitting, which measures the gain."
        ),
    ] = 5,
    min_support: Annotated[
        int,
        typer.Option(
            min=1,
            help="Labels with fewer annotated items share one threshold that reaches a precision.",
        ),
    ] = 20,
    precision: Annotated[
        float,
        typer.Option(min=0, max=1, help="Precision for which the coverage is reported."),
    ] = 0.9,
    save_to: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="New archive folder or .tar.gz to write; by default the archive of the run is "
            "changed.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Measure the gain, and store nothing.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the calibration; takes no data.")
    ] = False,
    format: DetectedFormatOption = None,
    protocol: ProtocolOption = None,
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    output: Output = None,
    device: Device = "auto",
    include_package: Packages = None,
) -> None:
    """Fit probabilities and thresholds of a trained model on annotated data.

    A temperature and a bias per task make probabilities as often right as they say, and a
    threshold per label decides what is predicted. They are stored in the archive and used by
    `predict`, `evaluate`, Python and spaCy; `--raw` ignores them. The reported gain is measured by
    cross-fitting: each document is predicted with what was fitted on the others.

    For example:

    * `jointre calibrate runs/quickstart fixtures/newswire/dev.jsonl`
    * `jointre calibrate runs/quickstart dev.jsonl --objective "precision>=0.9" --save-to precise`
    * `jointre calibrate runs/quickstart --remove`
    """
    from jointre.config import include_packages

    include_packages(include_package or ())
    from jointre.models import archive

    if remove and data is None:
        archive.check_target(run, save_to)
        log(f"{archive.save_calibrated(run, archive.load(run, raw=True), save_to)}: not calibrated")
        return
    if data is None or remove:
        raise ConfigError(
            "give the annotated data to calibrate on, or --remove without data to remove a "
            "calibration"
        )
    from rich.console import Console

    from jointre.cli._common.progress import bar
    from jointre.cli._common.readers import given_options, read_annotated
    from jointre.inference import Predictor
    from jointre.inference.calibrate import Objective
    from jointre.inference.calibrate import calibrate as fit_calibration
    from jointre.inference.evaluate import unknown_labels
    from jointre.inference.settings import RunSettings
    from jointre.inference.trained_on import trained_on_note

    chosen = Objective.parse(objective)
    if not dry_run:
        archive.check_target(run, save_to)
    options = given_options(on_error, max_unpacked)
    settings = RunSettings.of(run, format, protocol, (), data, options)
    documents = read_annotated(settings.reader, data, f"{data}: ")
    loaded = archive.load(run, raw=True)
    note = trained_on_note(loaded.about, settings.reader.files(data))
    if note is not None:
        log(f"{data}: {note}")
    vocabulary = loaded.model.vocabulary
    for line in unknown_labels(vocabulary, documents):
        log(f"{data}: {line}")
    Predictor(loaded.model, device=device)
    passes = 5 if chosen.precision is None else 2
    with bar("predicting", passes * len(documents)) as step:
        result = fit_calibration(
            loaded.model,
            documents,
            settings.metric(vocabulary.symmetric),
            objective=chosen,
            folds=folds,
            min_support=min_support,
            precision=precision,
            progress=step,
        )
    about = {
        "data": data.name,
        "documents": len(documents),
        "objective": str(chosen),
        "folds": folds,
        "min_support": min_support,
    }
    calibration = result.calibration(about)
    write_json(calibration.to_dict(), output)
    _show(Console(), result, documents_read=len(documents))
    if dry_run:
        log("nothing was stored, because of --dry-run")
        return
    loaded.model.to("cpu").calibrate(calibration)
    log(f"stored in {archive.save_calibrated(run, loaded, save_to)}")


def _show(console: "Console", result: "CalibrationResult", documents_read: int) -> None:
    """Print the tables."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    raw, calibrated = result.raw.blocks, result.calibrated.blocks
    differences = {
        row.row.block: row for row in result.comparison.differences if row.row.label == "micro"
    }
    table = Table(
        title=f"protocol {result.raw.protocol}, in percent, cross-fitted on {documents_read:,} "
        "documents",
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=0,
    )
    table.add_column("", no_wrap=True)
    for name in ("F1 raw", "F1", "difference", "precision", "recall"):
        table.add_column(name, justify="right", no_wrap=True)
    for block in raw:
        one, other = raw[block], calibrated[block]
        interval = f" ({_interval(differences[block])})" if block in differences else ""
        table.add_row(
            block,
            f"{100 * one.f1:.2f}",
            f"{100 * other.f1:.2f}",
            f"{100 * (other.f1 - one.f1):+.2f}{interval}",
            f"{100 * one.precision:.1f} → {100 * other.precision:.1f}",
            f"{100 * one.recall:.1f} → {100 * other.recall:.1f}",
        )
    console.print(table)
    table = Table(box=SIMPLE_HEAD, padding=0)
    table.add_column("", no_wrap=True)
    precision = next(iter(result.reliability.values())).precision
    kept = f"kept at precision {precision:g}"
    for name in ("temperature", "bias", "calibration error", kept, "recall"):
        table.add_column(name, justify="right", no_wrap=True)
    for task, fitted in result.tasks.items():
        reliability = result.reliability[task]
        table.add_row(
            task,
            f"{fitted.calibration.temperature:.2f}",
            f"{fitted.calibration.bias:+.2f}",
            f"{100 * reliability.error_before:.1f} → {100 * reliability.error_after:.1f} %",
            f"{100 * reliability.coverage:.1f} %",
            f"{100 * reliability.recall:.1f} %",
        )
    console.print(table)
    for task, fitted in result.tasks.items():
        thresholds = fitted.calibration.thresholds
        if task in result.without_thresholds:
            log(
                f"{task}: no thresholds are stored, because they do not raise the F1 of entities "
                "and relations together"
            )
        elif thresholds:
            log(f"{task} thresholds: {_listed(thresholds)}")
            if fitted.unreached:
                log(
                    f"{task}: no threshold reaches the precision, so these labels are not "
                    f"predicted any more: {', '.join(fitted.unreached)}"
                )


def _interval(row: "Difference") -> str:
    return f"{100 * row.low:+.1f} … {100 * row.high:+.1f}"


def _listed(thresholds: Mapping[str, float]) -> str:
    """The thresholds; only those of some labels if there are many."""
    shown = [f"{label} {least:.2f}" for label, least in islice(thresholds.items(), _SHOWN)]
    more = len(thresholds) - len(shown)
    return ", ".join(shown) + (f" and {more} more (--output has all)" if more else "")
