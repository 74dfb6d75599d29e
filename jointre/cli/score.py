"""``jointre score``: a prediction file against a gold file."""

from pathlib import Path
from typing import Annotated

import typer

from jointre.cli._common.options import (
    AnnotatedFile,
    MaxUnpackedOption,
    OnErrorOption,
    Output,
    Packages,
    TrainFacts,
)
from jointre.cli._common.output import label_table, log, write_json


def score(
    gold: AnnotatedFile,
    predicted: Annotated[
        Path,
        typer.Argument(
            help="Predicted file, with the same documents in the same order.", show_default=False
        ),
    ],
    format: Annotated[
        str | None,
        typer.Option(
            help="Format of the files, for example spert or jsonl; detected by default.",
            show_default=False,
        ),
    ] = None,
    protocol: Annotated[
        str,
        typer.Option(help="Scoring protocol: spert, pure, plmarker, dygie, care, jerex or docred."),
    ] = "spert",
    predicted_format: Annotated[
        str | None, typer.Option(help="Format of the predicted file, if it is a different one.")
    ] = None,
    predicted_option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Option of the predicted file's reader, for example predictions=true for files "
            "written by DyGIE++, PURE or PL-Marker; repeatable.",
        ),
    ] = None,
    types: Annotated[
        Path | None, typer.Option(help="Types file, which says which relations are symmetric.")
    ] = None,
    symmetric: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LABEL",
            help="Symmetric relation, instead of those in the types file; repeatable.",
        ),
    ] = None,
    max_width: Annotated[
        int | None,
        typer.Option(
            min=1, help="Maximum width of gold entities, in tokens; only for the protocol dygie."
        ),
    ] = None,
    train_facts: TrainFacts = None,
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    include_package: Packages = None,
    output: Output = None,
) -> None:
    """Score a prediction file, of jointre or of another tool, against a gold file.

    Example: jointre score gold.json predicted.json --format spert --output m.json
    """
    from rich.console import Console

    from jointre.config import include_packages

    include_packages(include_package or ())
    from jointre.cli._common.readers import format_of, given_options, reader_options
    from jointre.evaluation.files import score_files

    scored = score_files(
        gold,
        predicted,
        format_of(gold, format),
        protocol,
        predicted_format or format or format_of(predicted, None, "--predicted-format"),
        types,
        symmetric or (),
        max_width,
        reader_options(predicted_option),
        train_facts or (),
        given_options(on_error, max_unpacked),
    )
    write_json(scored.report.to_dict(), output)
    for path, skipped in scored.skipped.items():
        for line in skipped.lines():
            log(f"{path}: {line}")
    report = scored.report
    Console().print(label_table(report, f"protocol {report.protocol}, in percent"))
