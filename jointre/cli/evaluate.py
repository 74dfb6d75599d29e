"""``jointre evaluate``: a trained model against annotated data."""

from pathlib import Path
from typing import Annotated

import typer

from jointre.cli._common.options import (
    AnnotatedFile,
    DetectedFormatOption,
    Device,
    Entities,
    MaxUnpackedOption,
    OnErrorOption,
    Output,
    OverlapOption,
    Packages,
    ProtocolOption,
    Raw,
    RunArgument,
    ThresholdOption,
    TrainFacts,
    thresholds_of,
)
from jointre.cli._common.output import label_table, log, write_json
from jointre.start_up import garbage_collection_paused


def evaluate(
    run: RunArgument,
    data: AnnotatedFile,
    format: DetectedFormatOption = None,
    protocol: ProtocolOption = None,
    train_facts: TrainFacts = None,
    predictions: Annotated[
        Path | None,
        typer.Option(help="File for the predictions, as jsonl records.", show_default=False),
    ] = None,
    entities: Entities = "predict",
    on_error: OnErrorOption = None,
    max_unpacked: MaxUnpackedOption = None,
    output: Output = None,
    threshold: ThresholdOption = None,
    overlap: OverlapOption = None,
    raw: Raw = False,
    device: Device = "auto",
    include_package: Packages = None,
) -> None:
    """Score a trained model on annotated data.

    For example:

    * `jointre evaluate runs/quickstart fixtures/newswire/test.jsonl --output m.json`
    * `jointre evaluate runs/quickstart fixtures/newswire/test.jsonl --entities given`
    * `jointre evaluate runs/quickstart fixtures/newswire/test.jsonl --threshold works_for=0.7`
    """
    from rich.console import Console

    from jointre.config import include_packages

    include_packages(include_package or ())
    with garbage_collection_paused():
        from jointre.cli._common.progress import bar
        from jointre.cli._common.readers import given_options, read_annotated
        from jointre.formats import JsonlWriter
        from jointre.inference import Predictor
        from jointre.inference.evaluate import evaluate as score
        from jointre.inference.evaluate import unknown_labels
        from jointre.inference.settings import RunSettings
        from jointre.inference.trained_on import trained_on_note
        from jointre.models import archive
        from jointre.models.pruning import SpanRecall

    options = given_options(on_error, max_unpacked)
    settings = RunSettings.of(run, format, protocol, train_facts or (), data, options)
    documents = read_annotated(settings.reader, data, f"{data}: ")
    loaded = archive.load(run, raw=raw)
    note = trained_on_note(loaded.about, settings.reader.files(data))
    if note is not None:
        log(f"{data}: {note}")
    predictor = Predictor(
        loaded.model, device=device, threshold=thresholds_of(threshold), overlap=overlap
    )
    for line in unknown_labels(predictor.vocabulary, documents):
        log(f"{data}: {line}")
    metric = settings.metric(predictor.vocabulary.symmetric)
    recall = SpanRecall()
    with bar("evaluating", len(documents)) as step:
        report, predicted = score(predictor.model, documents, metric, step, entities, [recall])
    write_json(report.to_dict(), output)
    if predictions is not None:
        JsonlWriter().write(predicted, predictions)
    Console().print(label_table(report, f"{data.name}, protocol {report.protocol}, in percent"))
    if recall.gold_mentions:
        log(f"{data}: {recall}")
