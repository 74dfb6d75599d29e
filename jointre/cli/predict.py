"""``jointre predict``: text in, entities and relations out."""

import sys
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from jointre.cli._common.options import (
    Device,
    Entities,
    OnErrorOption,
    OverlapOption,
    Packages,
    ThresholdOption,
    log,
    thresholds_of,
)
from jointre.data.text_parts import SplitBy
from jointre.start_up import garbage_collection_paused

if TYPE_CHECKING:
    from jointre.data.schema import Document

_BUFFER = 64  # documents that are predicted together


def predict(
    run: Annotated[
        Path,
        typer.Argument(help="Run directory, archive folder or .tar.gz.", show_default=False),
    ],
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
    format: Annotated[
        str | None,
        typer.Option(
            help="Format of all files, for example spert or jsonl; detected by default.",
            show_default=False,
        ),
    ] = None,
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
    threshold: ThresholdOption = None,
    overlap: OverlapOption = None,
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
    from jointre.errors import DataError
    from jointre.plurals import counted

    include_packages(include_package or ())
    with garbage_collection_paused():
        from jointre.cli._common.colors import colors_of
        from jointre.cli._common.pipes import groups
        from jointre.cli._common.progress import bar
        from jointre.cli._common.resume import begin, finish, require_same, settings_of
        from jointre.cli._common.sources import STDIN, is_text, open_pipe, read, total_of
        from jointre.data.skipped import SkippedData
        from jointre.inference import Predictor
        from jointre.inference.outputs import (
            explained_interruption,
            pictured,
            refuse_partial,
            show,
            write,
        )
        from jointre.nn.half import computes_bfloat16

    sources = files or [STDIN]
    if entities == "given" and format is None and any(is_text(path) for path in sources):
        raise DataError("--entities given needs records with entities: .jsonl files, or --format")
    if format is not None and STDIN in sources:
        raise DataError(f"--format {format}: standard input is read as text; name a file")
    if documents and (format is not None or not any(is_text(path) for path in sources)):
        raise DataError(f"--documents {documents}: is for texts; records are documents already")
    if render is not None and render.suffix.lower() != ".html":
        raise DataError(f"--render {render}: the pictures are a page; its name ends in .html")
    wanted = colors_of(colors)
    if wanted and render is None:
        raise DataError("--colors needs --render: only pictures have colours")
    resumable = render is None and STDIN not in sources
    if output is not None and not resume:
        refuse_partial(output, resumable)
    predictor = Predictor.load(
        run,
        device=device,
        precision=precision,
        language=language,
        threshold=thresholds_of(threshold),
        overlap=overlap,
    )
    if precision == "bf16" and not computes_bfloat16(predictor.device):
        log("this processor has no arithmetic for bfloat16: fp32, the default, is faster here")
    pipe = open_pipe(sources, documents)
    done = _resumed(output, render, sources) if resume else 0
    if output is not None and resumable:
        options = {
            "format": format,
            "documents": documents,
            "entities": entities,
            "precision": precision,
            "language": predictor.language,
            "threshold": thresholds_of(threshold),
            "overlap": overlap,
            "on_error": on_error,
        }
        settings = settings_of(predictor.model, sources, options)
        if resume:
            require_same(output, settings)
        else:
            begin(output, settings)
    skipped = SkippedData()
    failed: list[Path] = []
    with (
        explained_interruption(output, resumable, log),
        bar("predicting", total_of(sources, format, documents, on_error)) as step,
    ):
        step(done)
        texts = islice(
            read(sources, format, documents, predictor, failed, pipe, on_error), done, None
        )
        batches: Iterable[Iterable[Document]] = [texts]
        if pipe is not None and documents is not None:
            batches = groups(texts, _BUFFER, partial(pipe.has, documents))
        found = chain.from_iterable(
            predictor.pipe(batch, entities=entities, buffer=_BUFFER, skipped=skipped)
            for batch in batches
        )
        drawn = found if render is None else pictured(found, render, wanted)
        try:
            if output is None and not json and sys.stdout.isatty():
                show(drawn, step)
            else:
                write(drawn, output, step, resume)
        finally:
            for line in skipped.lines():
                log(line)
            if output is not None:
                finish(output)
    if failed:
        raise DataError(
            f"{len(failed)} of {counted(len(sources), 'files')} could not be read completely, "
            "see above; the "
            "others were processed"
        )


def _resumed(output: Path | None, render: Path | None, sources: Sequence[Path]) -> int:
    """How many documents an interrupted output has already.

    Raises:
        DataError: There is nothing that can be continued.
    """
    from jointre.cli._common.sources import STDIN
    from jointre.errors import DataError
    from jointre.inference.outputs import whole_records

    if output is None:
        raise DataError("--resume needs --output: standard output cannot be continued")
    if render is not None:
        raise DataError("--resume and --render are mutually exclusive: a page is drawn in one go")
    if STDIN in sources:
        raise DataError("--resume needs files: standard input cannot be read again")
    return whole_records(output, _BUFFER)
