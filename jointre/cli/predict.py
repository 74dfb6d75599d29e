"""``jointre predict``: text in, entities and relations out."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from jointre.cli._common.options import (
    Device,
    Entities,
    FormatOption,
    MaxUnpackedOption,
    OnErrorOption,
    OverlapOption,
    Packages,
    Raw,
    RunArgument,
    ThresholdOption,
    thresholds_of,
)
from jointre.cli._common.output import log
from jointre.data.text_parts import SplitBy
from jointre.start_up import garbage_collection_paused


def predict(
    run: RunArgument,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Files with texts or records; - or no file means standard input.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            help="File to write, FILE.partial until it is complete; standard output by default.",
            show_default=False,
        ),
    ] = None,
    render: Annotated[
        Path | None,
        typer.Option(help="HTML page on which all documents are also drawn.", show_default=False),
    ] = None,
    format: FormatOption = None,
    documents: Annotated[
        SplitBy | None,
        typer.Option(
            help="Whether a document is a file of text (the default), a paragraph (between blank "
            "lines) or a line.",
            show_default=False,
        ),
    ] = None,
    entities: Entities = "predict",
    precision: Annotated[
        Literal["fp32", "bf16"], typer.Option(help="Number format in which the encoder computes.")
    ] = "fp32",
    language: Annotated[
        str | None,
        typer.Option(
            help="Language of the texts, as a spaCy code; by default that of the training data.",
            show_default=False,
        ),
    ] = None,
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    threshold: ThresholdOption = None,
    overlap: OverlapOption = None,
    raw: Raw = False,
    device: Device = "auto",
    include_package: Packages = None,
    colors: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LABEL=#RRGGBB",
            help="Colour of a label on the page, or a JSON file of labels and colours; repeatable.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue an --output FILE that was interrupted.")
    ] = False,
    json: Annotated[
        bool,
        typer.Option("--json", help="Print records on a terminal too, instead of readable text."),
    ] = False,
) -> None:
    """Extract entities and relations, with character offsets and probabilities.

    For example:

    * `jointre predict runs/quickstart fixtures/newswire/news.txt --output triples.jsonl`
    * `jointre predict runs/quickstart fixtures/newswire/news.txt --render news.html`
    * `jointre predict runs/quickstart_document abstracts.txt --documents paragraph`
    * `jointre predict runs/quickstart fixtures/newswire/news.txt --threshold works_for=0.7`
    * `echo "Marie Curie worked at the Sorbonne." | jointre predict runs/quickstart`
    """
    from jointre.config import include_packages

    include_packages(include_package or ())
    with garbage_collection_paused():
        from jointre.cli._common.colors import colors_of
        from jointre.cli._common.prediction import Prediction, prints_text
        from jointre.cli._common.readers import given_options
        from jointre.cli._common.sources import STDIN
        from jointre.inference import Predictor
        from jointre.nn.half import computes_bfloat16

    prediction = Prediction(
        sources=files or [STDIN],
        format=format,
        split_by=documents,
        entities=entities,
        reader_options=given_options(on_error, max_unpacked),
        output=output,
        render=render,
        colors=colors_of(colors),
        resume=resume,
    )
    thresholds = thresholds_of(threshold)
    predictor = Predictor.load(
        run,
        device=device,
        precision=precision,
        language=language,
        threshold=thresholds,
        overlap=overlap,
        raw=raw,
    )
    if precision == "bf16" and not computes_bfloat16(predictor.device):
        log("this processor has no arithmetic for bfloat16: fp32, the default, is faster here")
    options = {
        "precision": precision,
        "language": predictor.language,
        "threshold": thresholds,
        "overlap": overlap,
        "raw": raw,
    }
    prediction.run(predictor, options, readable=prints_text(output, json))
