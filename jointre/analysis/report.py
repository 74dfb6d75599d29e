"""All measures of a model's cost, one after the other."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from jointre.analysis.efficiency import (
    Measure,
    context_cost,
    heads,
    prediction,
    spacy_pipe,
    training_step,
    units_of,
    units_per_batch,
)
from jointre.analysis.long_documents import long_document
from jointre.analysis.memory import prediction_memory, training_memory
from jointre.data.schema import Document
from jointre.models import archive
from jointre.models.model import Model
from jointre.models.predict import predict

MAX_PIECES = 4096
LENGTHS = (20, 40, 80, 160)
TEXTS = {"sentence": 1000, "sentences": 50, "document": 50}
DOCUMENT_LENGTHS = (700, 2500, 5000, 10000, 20000)


def measure_all(
    run: Path,
    documents: Sequence[Document],
    runs: int,
    units: Sequence[int],
    batch_size: int,
    log: Callable[[str], None],
) -> Iterator[Measure]:
    """Measure prediction, memory, growth with length, spaCy, training, and the command's start.

    Args:
        run: Run directory or archive.
        documents: Annotated documents.
        runs: Number of timed runs of each measurement.
        units: Maximum numbers of units in a prediction batch, each of which is measured.
        batch_size: Number of units in a training batch.
        log: Receives the name of each measurement before it starts.
    """
    model = archive.load(run).model
    for count in units:
        log(f"prediction, batches of {count}")
        yield prediction(model, documents, count, MAX_PIECES, runs)
    log(f"prediction in bfloat16, batches of {max(units)}")
    yield prediction(model, documents, max(units), MAX_PIECES, runs, half=True)
    if model.context != "sentence":
        log(f"context, batches of {max(units)}")
        yield from context_cost(model, documents, max(units), MAX_PIECES, runs)
    for count in (1, max(units)):
        log(f"memory, batches of {count}")
        yield prediction_memory(run, documents, count, MAX_PIECES, units_per_batch(count))
    if model.unit == "sentence":
        for words in LENGTHS:
            log(f"heads, {words} words")
            yield heads(model, documents, words, 4 * runs)
    else:
        yield from _growth(run, model, documents, log)
    texts = TEXTS[model.unit]
    log(f"spaCy's pipe, {texts} texts")
    yield spacy_pipe(run, documents, texts, runs)
    log("training step")
    yield training_step(model, documents, batch_size, steps=20, runs=runs)
    log("start of the command")
    for arguments in (("--help",), ("config", "check", "experiments/quickstart.jsonnet")):
        if Path(arguments[-1]).exists() or arguments == ("--help",):
            yield command(arguments, runs)


def _growth(
    run: Path, model: Model, documents: Sequence[Document], log: Callable[[str], None]
) -> Iterator[Measure]:
    """Time and memory of documents of growing length, and training memory of the shortest one."""
    for words in DOCUMENT_LENGTHS:
        log(f"a document of {words} words")
        long = [long_document(documents, words)]
        predicted = predict(model, units_of(long, model), model.preparer("predict"))[0]
        mentions = sum(len(entity.mentions) for entity in predicted.entities)
        name = f"{words} words, {mentions} mentions, {len(predicted.entities)} entities found"
        yield prediction(model, long, 1, MAX_PIECES, 1, name=name)
        yield prediction_memory(run, long, 1, MAX_PIECES, name)
    words = DOCUMENT_LENGTHS[0]
    log(f"training memory of {words} words")
    yield training_memory(run, [long_document(documents, words)], f"{words} words")


def command(arguments: Sequence[str], runs: int) -> Measure:
    """Wall time of a command, compared with the start of Python."""

    def seconds(line: Sequence[str]) -> float:
        began = time.perf_counter()
        subprocess.run(line, check=True, capture_output=True)
        return time.perf_counter() - began

    start = [sys.executable, "-c"]
    line = [*start, "from jointre.cli.main import run; run()", *arguments]
    value = statistics.median(seconds(line) for _ in range(runs))
    baseline = statistics.median(seconds([*start, "pass"]) for _ in range(runs))
    return Measure(f"jointre {' '.join(arguments)}", value, "s", baseline, value / baseline, runs)
