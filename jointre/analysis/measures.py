"""Measurements of a model's cost, one after the other."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

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
from jointre.analysis.growth import Growth, growth
from jointre.analysis.long_documents import long_document
from jointre.analysis.memory import prediction_memory, training_memory
from jointre.analysis.parts import Part, parts_of, total
from jointre.data.schema import Document
from jointre.models import archive
from jointre.models.model import Model
from jointre.models.predict import predict

Kind = Literal[
    "parts",
    "speed",
    "memory",
    "growth",
    "bf16",
    "context",
    "heads",
    "documents",
    "spacy",
    "training",
    "start",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
DEFAULT_KINDS: tuple[Kind, ...] = ("parts", "speed", "memory")

MAX_PIECES = 4096
LENGTHS = (20, 40, 80, 160)
TEXTS = {"sentence": 1000, "sentences": 50, "document": 50}
DOCUMENT_LENGTHS = (700, 2500, 5000, 10000, 20000)


@dataclass(slots=True)
class Efficiency:
    """What was measured of a run.

    Args:
        run: Run directory or archive.
        units: Number of units of the data.
        parts: Parameters and multiply-adds by part.
        speed: Time of predicting all units, by the maximum number of units in a batch.
        memory: Peak memory of prediction with the fastest batches; None if it was not measured.
        growth: Time of units of growing length.
        more: Further measurements.
    """

    run: Path
    units: int
    parts: list[Part] = field(default_factory=list)
    speed: dict[int, Measure] = field(default_factory=dict)
    memory: Measure | None = None
    growth: list[Growth] = field(default_factory=list)
    more: list[Measure] = field(default_factory=list)

    @property
    def best(self) -> int | None:
        """The batch size with the shortest time; None if it was not measured."""
        if not self.speed:
            return None
        return min(self.speed, key=lambda count: self.speed[count].value)

    def units_per_second(self, count: int, encoder: bool = False) -> float:
        """Speed with a batch size.

        Args:
            count: Maximum number of units in a batch, one that was measured.
            encoder: Whether that of the bare encoder is wanted.
        """
        measure = self.speed[count]
        return self.units / (measure.baseline if encoder else measure.value)

    def to_dict(self) -> dict[str, Any]:
        """All numbers, for JSON."""
        whole = total(self.parts)
        return {
            "run": str(self.run),
            "units": self.units,
            "parameters": whole.parameters,
            "multiply_adds": whole.multiply_adds,
            "parts": [part.to_dict() for part in self.parts],
            "speed": [
                {
                    "max_units": count,
                    "units_per_second": self.units_per_second(count),
                    "encoder_units_per_second": self.units_per_second(count, encoder=True),
                    **measure.to_dict(),
                }
                for count, measure in self.speed.items()
            ],
            "best_max_units": self.best,
            "memory": None if self.memory is None else self.memory.to_dict(),
            "growth": [point.to_dict() for point in self.growth],
            "more": [measure.to_dict() for measure in self.more],
        }


def measure(
    run: Path,
    documents: Sequence[Document],
    kinds: Sequence[Kind],
    *,
    runs: int,
    units: Sequence[int],
    batch_size: int,
    log: Callable[[str], None],
) -> Efficiency:
    """Measure what a run costs.

    Args:
        run: Run directory or archive.
        documents: Annotated documents.
        kinds: What is measured.
        runs: Number of timed runs of each measurement.
        units: Maximum numbers of units in a prediction batch, each of which is measured.
        batch_size: Number of units in a training batch.
        log: Receives the name of each measurement before it starts.
    """
    model = archive.load(run).model
    found = Efficiency(run, len(units_of(documents, model)))
    if "parts" in kinds:
        log("parameters and multiply-adds")
        found.parts = parts_of(model, documents)
    if "speed" in kinds:
        for count in units:
            log(f"prediction, batches of {count}")
            found.speed[count] = prediction(model, documents, count, MAX_PIECES, runs)
    if "memory" in kinds:
        count = found.best or max(units)
        log(f"memory, batches of {count}")
        name = units_per_batch(count)
        found.memory = prediction_memory(run, documents, count, MAX_PIECES, name)
    if "growth" in kinds:
        log("growth with length")
        found.growth = growth(model, documents, runs, MAX_PIECES)
    for kind in kinds:
        if kind in _MORE:
            setup = _Setup(run, model, documents, runs, max(units), batch_size, log)
            found.more += _MORE[kind](setup)
    return found


@dataclass(frozen=True, slots=True)
class _Setup:
    """What a further measurement may need; see :func:`measure`."""

    run: Path
    model: Model
    documents: Sequence[Document]
    runs: int
    units: int
    batch_size: int
    log: Callable[[str], None]


def _bf16(setup: _Setup) -> Iterator[Measure]:
    setup.log(f"prediction in bfloat16, batches of {setup.units}")
    yield prediction(setup.model, setup.documents, setup.units, MAX_PIECES, setup.runs, half=True)


def _context(setup: _Setup) -> Iterator[Measure]:
    if setup.model.context == "sentence":
        setup.log("context: the model reads none")
        return
    setup.log(f"context, batches of {setup.units}")
    yield from context_cost(setup.model, setup.documents, setup.units, MAX_PIECES, setup.runs)


def _heads(setup: _Setup) -> Iterator[Measure]:
    if setup.model.unit != "sentence":
        setup.log("heads: only for models of sentences")
        return
    for words in LENGTHS:
        setup.log(f"heads, {words} words")
        yield heads(setup.model, setup.documents, words, 4 * setup.runs)


def _documents(setup: _Setup) -> Iterator[Measure]:
    """Time and memory of documents of growing length, and training memory of the shortest one."""
    if setup.model.unit == "sentence":
        setup.log("documents: only for models of documents")
        return
    for words in DOCUMENT_LENGTHS:
        setup.log(f"a document of {words} words")
        long = [long_document(setup.documents, words)]
        predicted = predict(
            setup.model, units_of(long, setup.model), setup.model.preparer("predict")
        )[0]
        mentions = sum(len(entity.mentions) for entity in predicted.entities)
        name = f"{words} words, {mentions} mentions, {len(predicted.entities)} entities found"
        yield prediction(setup.model, long, 1, MAX_PIECES, 1, name=name)
        yield prediction_memory(setup.run, long, 1, MAX_PIECES, name)
    words = DOCUMENT_LENGTHS[0]
    setup.log(f"training memory of {words} words")
    yield training_memory(setup.run, [long_document(setup.documents, words)], f"{words} words")


def _spacy(setup: _Setup) -> Iterator[Measure]:
    texts = TEXTS[setup.model.unit]
    setup.log(f"spaCy's pipe, {texts} texts")
    yield spacy_pipe(setup.run, setup.documents, texts, setup.runs)


def _training(setup: _Setup) -> Iterator[Measure]:
    setup.log("training step")
    yield training_step(setup.model, setup.documents, setup.batch_size, steps=20, runs=setup.runs)


def _start(setup: _Setup) -> Iterator[Measure]:
    setup.log("start of the command")
    for arguments in (("--help",), ("config", "check", "experiments/quickstart.jsonnet")):
        if Path(arguments[-1]).exists() or arguments == ("--help",):
            yield command(arguments, setup.runs)


_MORE: dict[Kind, Callable[[_Setup], Iterator[Measure]]] = {
    "bf16": _bf16,
    "context": _context,
    "heads": _heads,
    "documents": _documents,
    "spacy": _spacy,
    "training": _training,
    "start": _start,
}


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
