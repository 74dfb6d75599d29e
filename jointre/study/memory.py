"""Peak memory of prediction above the loaded model, each case in a fresh process."""

import multiprocessing
import os
import resource
from collections.abc import Sequence
from pathlib import Path

import psutil
import torch

from jointre.data.schema import Document
from jointre.data.split import split
from jointre.models import archive
from jointre.models.predict import plan, predict_batch
from jointre.study.efficiency import Measure, encode


def prediction_memory(
    run: Path, documents: Sequence[Document], max_units: int, max_pieces: int
) -> Measure:
    """Peak bytes of predicting all documents, against the encoder on the same batches.

    Args:
        run: an archive; it is loaded in each process.
        documents: to predict.
        max_units: most units of a batch.
        max_pieces: most padded pieces of a batch.
    """
    context = multiprocessing.get_context("spawn")
    threads = torch.get_num_threads()
    with context.Pool(1, maxtasksperchild=1) as pool:
        ours, bare = pool.starmap(
            _peak,
            [(run, documents, max_units, max_pieces, threads, only) for only in (False, True)],
            chunksize=1,
        )
    name = f"peak memory of prediction, at most {max_units} units a batch"
    return Measure(name, float(ours), "bytes", float(bare), ours / bare, 1)


def _peak(
    run: Path,
    documents: Sequence[Document],
    max_units: int,
    max_pieces: int,
    threads: int,
    encoder_only: bool,
) -> int:
    """Peak resident bytes above those before the first batch."""
    torch.set_num_threads(threads)
    model = archive.load(run).model
    preparer = model.preparer("predict")
    units = [unit.document for unit in split(documents, model.unit) if unit.document.tokens]
    items = [preparer.item(i, unit) for i, unit in enumerate(units)]
    batches = plan(items, preparer, max_pieces, max_units)
    predict_batch(model, batches[-1][:1], preparer)  # libraries take their own memory once
    before = psutil.Process().memory_info().rss
    _forget_peak()
    if encoder_only:
        with torch.inference_mode():
            for batch in batches:
                encode(model, preparer(batch))
    else:
        kept = [predict_batch(model, batch, preparer) for batch in batches]
        assert len(kept) == len(batches)
    return int(max(1, _high_water() - before))


def _forget_peak() -> None:
    """Start the process's high-water mark anew (Linux)."""
    marks = Path("/proc/self/clear_refs")
    if marks.exists() and os.access(marks, os.W_OK):
        marks.write_text("5")


def _high_water() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
