"""``jointre attention``: what a trained model attends to in a text, as a picture."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from jointre.cli._common.options import (
    AnnotatedFile,
    Device,
    MaxUnpackedOption,
    OnErrorOption,
    Packages,
    RunArgument,
    TrainedFormatOption,
)


def attention(
    run: RunArgument,
    file: AnnotatedFile,
    output: Annotated[
        Path,
        typer.Option(help="File to write: a picture (.html or .png) or the numbers (.json)."),
    ],
    document: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Id of the document; for a model that reads sentences, ID#2 is its sentence 2, "
            "counted from 0.",
            show_default=False,
        ),
    ] = None,
    format: TrainedFormatOption = None,
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    device: Device = "auto",
    include_package: Packages = None,
) -> None:
    """Draw what the encoder, the agents or the memory slots of a trained model attend to.

    Example: jointre attention runs/quickstart fixtures/newswire/dev.jsonl
    --document newswire-dev-001 --output attention.html
    """
    from jointre.analysis.heatmap import check_output, write
    from jointre.config import include_packages

    check_output(output)
    include_packages(include_package or ())
    from jointre.analysis.attention import attention_of, place_of, unit_of
    from jointre.cli._common.readers import given_options, read_annotated
    from jointre.inference import Predictor
    from jointre.inference.settings import RunSettings

    options = given_options(on_error, max_unpacked)
    reader = RunSettings.of(run, format, None, options=options).reader
    documents = read_annotated(reader, file, f"{file}: ")
    model = Predictor.load(run, device=device).model
    by: Literal["sentence", "document"] = "document" if model.unit == "document" else "sentence"
    unit = unit_of(documents, by, document)
    write(attention_of(model, unit, place_of(documents, by, unit)), output)
    typer.echo(f"{output}: written")
