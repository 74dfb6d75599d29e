"""``jointre report``: a page that shows what a model gets wrong."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jointre.cli._common.options import (
    AnnotatedFile,
    DetectedFormatOption,
    Device,
    MaxUnpackedOption,
    OnErrorOption,
    Packages,
    PredictedFormatOption,
    PredictedOptions,
    ProtocolOption,
    SymmetricOption,
)
from jointre.cli._common.output import log, write_json
from jointre.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jointre.data.schema import Document
    from jointre.inference.compared import Compared


def report(
    run: Annotated[
        Path,
        typer.Argument(
            help="Run directory, archive, or file with predictions for the same documents.",
            show_default=False,
        ),
    ],
    data: AnnotatedFile,
    output: Annotated[
        Path,
        typer.Option("--output", help="HTML page to write."),
    ] = Path("report.html"),
    json: Annotated[
        Path | None,
        typer.Option(help="JSON file to write with the same numbers.", show_default=False),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            metavar="OTHER",
            help="Second run, archive or prediction file, shown beside the first.",
            show_default=False,
        ),
    ] = None,
    fold: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="RUN",
            help="Further run of a cross-validation (data.fold); each document is predicted by the "
            "run that was not trained on it; repeatable.",
        ),
    ] = None,
    train: Annotated[
        Path | None,
        typer.Option(
            help="Training data, for the scores of seen and unseen texts; by default that of the "
            "run, if it is still there.",
            show_default=False,
        ),
    ] = None,
    suspects: Annotated[
        int,
        typer.Option(min=0, max=1_000_000, help="Largest number of suspect annotations."),
    ] = 200,
    format: DetectedFormatOption = None,
    predicted_format: PredictedFormatOption = None,
    predicted_option: PredictedOptions = None,
    protocol: ProtocolOption = None,
    symmetric: SymmetricOption = None,
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    device: Device = "auto",
    include_package: Packages = None,
) -> None:
    """Write a page about the errors of a model on annotated data.

    Scores with intervals, errors by kind, confusion of labels, scores of parts of the data, curves,
    annotations that may be wrong, and all texts with errors, which can be filtered. The page needs
    no other file and no network.

    For example:

    * `jointre report runs/quickstart fixtures/newswire/test.jsonl --output report.html`
    * `jointre report runs/mine test.jsonl --compare runs/sinet --json report.json`
    * `jointre report cv/fold1 train.jsonl --fold cv/fold2 --fold cv/fold3`
    """
    from jointre.config import include_packages

    include_packages(include_package or ())
    from jointre.cli._common.progress import bar
    from jointre.cli._common.readers import given_options, reader_options
    from jointre.evaluation.slices import TrainingItems
    from jointre.inference.compared import Compared
    from jointre.outputs import replaced
    from jointre.reports import ErrorReport, System
    from jointre.reports.page import page
    from jointre.reports.system import predictions_of

    if train is not None and not train.exists():
        raise DataError(f"{train}: no such file")
    folds = [run, *(fold or ())]
    paths = [*folds, *([] if compare is None else [compare])]
    compared = Compared.of(
        paths,
        data,
        format=format,
        protocol=protocol,
        symmetric=symmetric,
        options=given_options(on_error, max_unpacked),
        predicted_format=predicted_format,
        predicted_options=reader_options(predicted_option),
        log=log,
    )
    gold = compared.documents
    notes = _notes(run, folds, data, compared)
    systems = []
    for sources in (compared.sources[: len(folds)], compared.sources[len(folds) :]):
        if sources:
            reads = 2 * sum(source.model is not None for source in sources[:1])
            with bar(f"predicting with {sources[0].path.name}", reads * len(gold)) as step:
                predictions = predictions_of(sources, gold, device, step)
            name = str(sources[0].path)
            systems.append(System.of(name, predictions, gold, compared.metric))
    model = compared.sources[0].model
    training = _training(run, train, compared, notes)
    made = ErrorReport.of(
        data.name,
        gold,
        compared.metric,
        systems,
        vocabulary=None if model is None else model.model.vocabulary,
        training=None if training is None else TrainingItems.of(training),
        suspect_count=suspects,
        notes=notes,
    )
    written = page(made).encode("utf-8", "replace")
    with replaced(output) as stream:
        stream.write(written)
    write_json(made.to_dict(), json)
    log(f"written: {output}" + ("" if json is None else f" and {json}"))


def _notes(run: Path, folds: "Sequence[Path]", data: Path, compared: "Compared") -> list[str]:
    """Remarks about the model and the data."""
    from jointre.inference.trained_on import trained_on_note

    model = compared.sources[0].model
    notes = []
    if len(folds) > 1:
        notes.append(
            f"Cross-validation of {len(folds)} runs: each document is predicted by the run that "
            "was not trained on it."
        )
    elif model is not None:
        note = trained_on_note(model.about, [data])
        if note is not None:
            log(f"{data}: {note}")
            notes.append(note)
    if model is not None and model.model.calibration is not None:
        notes.append("The probabilities are calibrated.")
    return notes


def _training(
    run: Path, train: Path | None, compared: "Compared", notes: list[str]
) -> "Sequence[Document] | None":
    """The documents that the run was trained on, if they can be read."""
    from jointre.data.skipped import SkippedData
    from jointre.inference.settings import training_data

    known = training_data(run) if train is None else train
    if known is None or not known.exists():
        where = "it is not known" if known is None else f"{known} does not exist"
        notes.append(
            f"Scores of seen and unseen texts are missing, because the training data is needed and "
            f"{where}; name it with --train."
        )
        return None
    return list(compared.reader.read(known, SkippedData()))
