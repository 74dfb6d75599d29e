"""The cost of a model relative to its bare encoder, as ratios measured in one process.

The bare encoder is the same pretrained encoder in inference mode on the same tensors, without a
tokenizer. Model and encoder are run in turn, and the medians of the runs are compared, so that
changes of the machine's speed cancel out.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import torch

from jointre.config import Factory
from jointre.data.batch import EncoderInput
from jointre.data.context import places_of
from jointre.data.schema import Document
from jointre.data.spacy_import import spacy_module
from jointre.data.split import split
from jointre.models.model import Item, Model, Preparer, Tokenising, TrainingBatch
from jointre.models.predict import plan, predict_batch
from jointre.nn.half import halve_feed_forward
from jointre.nn.streams import Stream
from jointre.training.batches import TrainingBatches
from jointre.training.optimizers import BertAdamW, Optimizer
from jointre.training.schedules import ConstantSchedule
from jointre.training.step import Updates, UpdateSettings, update_weights

_CLIP = 1.0  # largest norm of all gradients in a training step


@dataclass(frozen=True, slots=True)
class Measure:
    """One comparison of the whole model with the bare encoder.

    Args:
        name: Name of the measurement.
        value: Median for the whole model.
        unit: Unit of value and baseline.
        baseline: Median for the bare encoder.
        ratio: Median of the ratios of all runs.
        runs: Number of runs.
    """

    name: str
    value: float
    unit: str
    baseline: float
    ratio: float
    runs: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def compare(
    name: str, measured: Callable[[], Any], baseline: Callable[[], Any], runs: int
) -> Measure:
    """Time two functions in turn, after one run of each that is not counted."""
    pairs = []
    for number in range(runs + 1):
        pair = (_seconds(measured), _seconds(baseline))
        if number:
            pairs.append(pair)
    values, base = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    ratio = statistics.median(a / b for a, b in pairs)
    return Measure(name, statistics.median(values), "s", statistics.median(base), ratio, runs)


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - began


def prediction(
    model: Model,
    documents: Sequence[Document],
    max_units: int,
    max_pieces: int,
    runs: int,
    half: bool = False,
    name: str = "",
) -> Measure:
    """Prediction from words to Documents, compared with the encoder on the same batches.

    Args:
        model: Trained model.
        documents: Documents to predict.
        max_units: Maximum number of units in a batch.
        max_pieces: Maximum number of padded pieces in a batch.
        runs: Number of timed runs.
        half: Whether the model computes the encoder's feed-forward layers in bfloat16; the
            baseline always uses float32.
        name: Name of the documents for the name of the measurement; "": the batch size.
    """
    measured = deepcopy(model) if half else model
    if half:
        halve_feed_forward(measured.encoder)
    preparer = model.preparer("predict")

    def batches() -> list[list[Item]]:
        return plan(items_of(documents, model, preparer), preparer, max_pieces, max_units)

    def whole_model() -> None:
        for batch in batches():
            predict_batch(measured, batch, preparer)

    inputs = [preparer(batch).inputs.to(_device(model)) for batch in batches()]

    def bare_encoder() -> None:
        with torch.inference_mode():
            for batch in inputs:
                encode(model, batch)

    kind = "predict in bfloat16" if half else "predict"
    return compare(f"{kind}, {name or units_per_batch(max_units)}", whole_model, bare_encoder, runs)


def context_cost(
    model: Model, documents: Sequence[Document], max_units: int, max_pieces: int, runs: int
) -> list[Measure]:
    """What context costs: the encoder, and whole prediction, with it against without it.

    Args:
        model: Trained model that reads context.
        documents: Documents to predict.
        max_units: Maximum number of units in a batch.
        max_pieces: Maximum number of padded pieces in a batch.
        runs: Number of timed runs.
    """
    preparers = [model.preparer("predict"), model.preparer("predict")]
    preparers[1].make_pieces.context = "sentence"

    def batches(preparer: Preparer) -> list[list[Item]]:
        return plan(items_of(documents, model, preparer), preparer, max_pieces, max_units)

    def predicted(number: int) -> None:
        for batch in batches(preparers[number]):
            predict_batch(model, batch, preparers[number])

    fixed = [
        [preparer(batch).inputs.to(_device(model)) for batch in batches(preparer)]
        for preparer in preparers
    ]

    def encoded(number: int) -> None:
        with torch.inference_mode():
            for batch in fixed[number]:
                encode(model, batch)

    name = f"context={model.context!r} against 'sentence', {units_per_batch(max_units)}"
    return [
        compare(f"{kind}, {name}", partial(work, 0), partial(work, 1), runs)
        for kind, work in (("encoder", encoded), ("predict", predicted))
    ]


def training_step(
    model: Model, documents: Sequence[Document], batch_size: int, steps: int, runs: int
) -> Measure:
    """A training step, compared with one of the bare encoder, whose loss is its mean state."""
    preparer = model.training_preparer()
    items = items_of(documents, model, preparer)
    batches = TrainingBatches(items, preparer, batch_size, drop_last=True)
    numbers = range(0, len(batches), max(1, len(batches) // steps))
    training = Steps(model, [batches[number].batch for number in numbers])
    measure = compare(
        f"training step, {batch_size} units per batch",
        training.whole_model,
        training.bare_encoder,
        runs,
    )
    model.eval()
    return measure


class Steps:
    """Training steps of a model, and of its bare encoder, on the same batches.

    Args:
        model: Model, which is put into training mode.
        batches: Batches with targets, one per step.
    """

    def __init__(self, model: Model, batches: Sequence[TrainingBatch]) -> None:
        self.model = model.train()
        self.batches = [batch.to(_device(model)) for batch in batches]
        optimizer: Factory[Optimizer] = Factory(BertAdamW, lr=1e-9)
        settings = UpdateSettings(optimizer, Factory(ConstantSchedule), _CLIP)
        self._updates = Updates(self.model, settings, len(batches))
        self._encoder = optimizer().build(model.encoder)

    def whole_model(self) -> None:
        """Forward, losses, backward and optimizer."""
        for batch in self.batches:
            self._updates.optimizer.zero_grad()  # of the encoder's own steps
            self._updates.before_update()
            loss = self._updates.loss(batch, "a benchmark", "Train the model before")
            loss.backward()  # type: ignore[no-untyped-call]
            self._updates.apply()

    def bare_encoder(self) -> None:
        """The same steps of the encoder alone, with its mean state as loss."""
        for batch in self.batches:
            self._encoder.zero_grad()
            loss = encode(self.model, batch.stages.inputs).states.mean()
            loss.backward()  # type: ignore[no-untyped-call]
            update_weights(self._encoder, _CLIP)


def heads(model: Model, documents: Sequence[Document], words: int, runs: int) -> Measure:
    """Everything after the encoder, for a batch of eight sentences of the same length."""
    preparer = model.preparer("predict")
    tokens = [token for document in documents for token in document.tokens]
    count = 8
    units = [
        Document(str(i), tuple(tokens[(i * words) % 1000 : (i * words) % 1000 + words]))
        for i in range(count)
    ]
    items = [preparer.item(i, unit) for i, unit in enumerate(units)]
    stages = preparer(items).to(_device(model))
    with torch.inference_mode():
        stream = encode(model, stages.inputs)
    replay = _Replay(model, stream)

    def whole_model() -> None:
        with replay, torch.inference_mode():
            output = model(stages)
            model.documents(output, stages, units)

    def bare_encoder() -> None:
        with torch.inference_mode():
            encode(model, stages.inputs)

    return compare(f"heads, sentences of {words} words", whole_model, bare_encoder, runs)


def spacy_pipe(run: Path, documents: Sequence[Document], count: int, runs: int) -> Measure:
    """SpaCy's ``nlp.pipe`` with the component, compared with its tokenizer and the predictor.

    Args:
        run: Run directory or archive.
        documents: Documents whose units are the texts.
        count: Number of texts, which are repeated if there are fewer.
        runs: Number of timed runs.
    """
    nlp = spacy_module().blank("en")
    predictor = nlp.add_pipe("jointre", config={"model": str(run)}).predictor
    units = units_of(documents, predictor.model)
    texts = list(islice(cycle(" ".join(unit.tokens) for unit in units), count))

    def whole_model() -> None:
        list(nlp.pipe(texts, batch_size=256))

    def bare_encoder() -> None:
        docs = nlp.tokenizer.pipe(texts)
        list(predictor.pipe(([token.text for token in doc] for doc in docs), buffer=256))

    return compare("spacy_pipe", whole_model, bare_encoder, runs)


class _Replay:
    """While active, the encoder returns a stream that was computed before."""

    def __init__(self, model: Model, stream: Stream) -> None:
        self.encoder, self.stream = model.encoder, stream

    def __enter__(self) -> None:
        self.encoder.forward = lambda *inputs: self.stream  # type: ignore[method-assign]

    def __exit__(self, *error: object) -> None:
        del self.encoder.forward


def units_of(documents: Sequence[Document], model: Model) -> list[Document]:
    """The units that the model reads, without empty ones."""
    return [unit.document for unit in split(documents, model.unit) if unit.document.tokens]


def items_of(documents: Sequence[Document], model: Model, preparer: Tokenising) -> list[Item]:
    """What the model works on, tokenised, without empty units; in the order of the documents."""
    units = split(documents, model.unit)
    nonempty = [
        (unit.document, place)
        for unit, place in zip(units, places_of(documents, units), strict=True)
        if unit.document.tokens
    ]
    return [preparer.item(i, unit, place) for i, (unit, place) in enumerate(nonempty)]


def units_per_batch(maximum: int) -> str:
    """The batch size in the name of a measurement."""
    return f"at most {maximum} units per batch"


def encode(model: Model, inputs: EncoderInput) -> Stream:
    """The bare encoder's result for a batch."""
    stream: Stream = model.encoder(inputs.ids, inputs.mask, inputs.window_index, inputs.positions)
    return stream


def _device(model: Model) -> torch.device:
    return next(model.parameters()).device
