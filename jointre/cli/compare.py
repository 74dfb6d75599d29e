"""``jointre compare``: two trained models, or two prediction files, on the same data."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.options import (
    AnnotatedFile,
    DetectedFormatOption,
    Device,
    Entities,
    MaxUnpackedOption,
    OnErrorOption,
    Output,
    Packages,
    PredictedFormatOption,
    PredictedOptions,
    ProtocolOption,
    SymmetricOption,
)
from jointre.cli._common.output import log, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from jointre.evaluation.significance import Comparison

Source = Annotated[
    Path,
    typer.Argument(
        help="Run directory, archive, or file with predictions for the same documents.",
        show_default=False,
    ),
]


def compare(
    one: Source,
    other: Source,
    data: AnnotatedFile,
    format: DetectedFormatOption = None,
    predicted_format: PredictedFormatOption = None,
    predicted_option: PredictedOptions = None,
    protocol: ProtocolOption = None,
    symmetric: SymmetricOption = None,
    entities: Entities = "predict",
    resamples: Annotated[
        int, typer.Option(min=100, max=1_000_000, help="Number of resamples of the bootstrap.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Random seed of the resamples.")] = 0,
    documents: Annotated[
        int, typer.Option(min=0, help="Number of deciding documents that are shown per block.")
    ] = 3,
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    output: Output = None,
    device: Device = "auto",
    include_package: Packages = None,
) -> None:
    """Compare two models on annotated data: is the difference larger than chance?

    A paired bootstrap over documents gives an interval for each difference of F1. Rows in grey are
    differences that may be chance. Then: how far both agree, and which documents decide it.

    For example:

    * `jointre compare runs/sinet runs/mine test.jsonl --output comparison.json`
    * `jointre compare theirs.json mine.jsonl test.json --protocol spert`
    """
    from rich.console import Console

    from jointre.config import include_packages

    include_packages(include_package or ())
    from jointre.cli._common.progress import bar
    from jointre.cli._common.readers import given_options, reader_options
    from jointre.evaluation.significance import compare as compare_predictions
    from jointre.inference.compared import Compared

    options = given_options(on_error, max_unpacked)
    compared = Compared.of(
        [one, other],
        data,
        format=format,
        protocol=protocol,
        symmetric=symmetric,
        options=options,
        predicted_format=predicted_format,
        predicted_options=reader_options(predicted_option),
        log=log,
    )
    predictions = []
    for source in compared.sources:
        with bar(f"predicting with {source.path.name}", len(compared.documents)) as step:
            predictions.append(source.predictions(compared, entities, device, step))
    comparison = compare_predictions(
        compared.metric,
        compared.documents,
        predictions[0],
        predictions[1],
        resamples=resamples,
        seed=seed,
        shown=max(documents, 100) if output else documents,
    )
    names = {"one": str(one), "other": str(other), "data": str(data)}
    write_json({**names, "resamples": resamples, "seed": seed, **comparison.to_dict()}, output)
    _show(Console(), comparison, [one, other], documents)


def _show(
    console: "Console", comparison: "Comparison", sources: Sequence[Path], shown: int
) -> None:
    """Print the tables."""
    from rich.table import Table

    for letter, path in zip("AB", sources, strict=True):
        console.print(f"{letter}: {path}", markup=False, highlight=False)
    table = Table(
        title=f"protocol {comparison.protocol}, F1 in percent, 95 % intervals over "
        f"{comparison.documents:,} documents",
        title_justify="left",
    )
    table.add_column("", overflow="fold")
    for name in ("A", "B", "B - A", "interval", "p", "gold"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in comparison.differences:
        block, label = row.row
        micro = label == "micro"
        if micro and row is not comparison.differences[0]:
            table.add_section()
        table.add_row(
            block if micro else f"  {label}",
            f"{100 * row.one:.2f}",
            f"{100 * row.other:.2f}",
            f"{100 * row.difference:+.2f}",
            f"{100 * row.low:+.1f} … {100 * row.high:+.1f}",
            f"{row.p_value:.3f}",
            str(row.support),
            style=None if row.is_certain else "dim",
        )
    console.print(table)
    agreements = Table(
        title="agreement: F1 of B if A were the gold, and on how many documents each is better",
        title_justify="left",
    )
    agreements.add_column("block")
    for name in ("F1", "A better", "B better", "equal"):
        agreements.add_column(name, justify="right")
    for block, found in comparison.agreements.items():
        counts = (str(found.worse), str(found.better), str(found.equal))
        agreements.add_row(block, f"{100 * found.f1:.2f}", *counts)
    console.print(agreements)
    for block, influences in comparison.influences.items():
        for influence in influences[:shown]:
            console.print(
                f"{block}: document {influence.document!r} changes the difference by "
                f"{100 * influence.effect:+.2f} (A: {_counted(influence.one)}; "
                f"B: {_counted(influence.other)})",
                markup=False,
                highlight=False,
            )
    for block in comparison.without_counts:
        log(f"{block}: its scores are not sums over documents, so they are not compared")


def _counted(counts: Sequence[int]) -> str:
    correct, predicted, gold = counts
    return f"{correct} of {predicted} correct, {gold} gold"
