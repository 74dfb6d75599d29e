"""Peak memory above the loaded model, each case in a fresh process."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from jointre.analysis.efficiency import Measure, Steps, encode, items_of
from jointre.data.schema import Document
from jointre.models import archive
from jointre.models.predict import plan, predict_batch
from jointre.training.provenance import memory_info, peak_memory


def prediction_memory(
    run: Path, documents: Sequence[Document], max_units: int, max_pieces: int, name: str
) -> Measure:
    """Peak memory in bytes of predicting all documents, and of the encoder on the same batches.

    Args:
        run: Archive, which each process loads.
        documents: Documents to predict.
        max_units: Maximum number of units in a batch.
        max_pieces: Maximum number of padded pieces in a batch.
        name: Name of the case, which becomes part of the measure's name.
    """
    cases = [(run, documents, max_units, max_pieces, only) for only in (False, True)]
    return _compared(f"peak memory of prediction, {name}", _predicting, cases)


def training_memory(run: Path, documents: Sequence[Document], name: str) -> Measure:
    """Peak memory in bytes of two training steps on all documents, and of the encoder's steps.

    The memory includes gradients and the optimizer's moments.

    Args:
        run: Archive, which each process loads.
        documents: Annotated documents, which form one batch.
        name: Name of the case, which becomes part of the measure's name.
    """
    cases = [(run, documents, only) for only in (False, True)]
    return _compared(f"peak memory of training, {name}", _training, cases)


def _compared(name: str, work: Callable[..., int], cases: Sequence[tuple[Any, ...]]) -> Measure:
    """The peak memory of the model and of the bare encoder, each measured in a new process."""
    context = multiprocessing.get_context("spawn")
    threads = (torch.get_num_threads(),)
    with context.Pool(1, torch.set_num_threads, threads, maxtasksperchild=1) as pool:
        model, encoder = pool.starmap(work, cases, chunksize=1)
    return Measure(name, float(model), "bytes", float(encoder), model / encoder, 1)


def _predicting(
    run: Path, documents: Sequence[Document], max_units: int, max_pieces: int, encoder_only: bool
) -> int:
    model = archive.load(run).model
    preparer = model.preparer("predict")
    items = items_of(documents, model, preparer)
    batches = plan(items, preparer, max_pieces, max_units)
    # Libraries take their own memory once.
    predict_batch(model, [preparer.item(0, Document("warm", ("One", "word", ".")))], preparer)
    with _peak() as highest:
        if encoder_only:
            with torch.inference_mode():
                for batch in batches:
                    encode(model, preparer(batch).inputs)
        else:
            predictions = [predict_batch(model, batch, preparer) for batch in batches]
            assert len(predictions) == len(batches)  # all are in memory at once
    return highest[0]


def _training(run: Path, documents: Sequence[Document], encoder_only: bool) -> int:
    model = archive.load(run).model
    preparer = model.training_preparer()
    items = items_of(documents, model, preparer)
    steps = Steps(model, [preparer(items)])
    with _peak() as highest:
        for _ in range(2):
            (steps.bare_encoder if encoder_only else steps.whole_model)()
    return highest[0]


@contextmanager
def _peak() -> Iterator[list[int]]:
    """A list that gets the increase of the peak resident memory in bytes, which is at least 1."""
    before = int(memory_info().rss)
    reset = Path("/proc/self/clear_refs")
    if reset.exists() and os.access(reset, os.W_OK):
        reset.write_text("5")  # resets the high-water mark (Linux)
    peak: list[int] = []
    yield peak
    peak.append(max(1, _high_water() - before))


def _high_water() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return peak_memory() or int(memory_info().rss)
