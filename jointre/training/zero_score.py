"""A warning for a training whose monitored score stayed at 0, with the reason and the remedy."""

from collections.abc import Mapping, Sequence
from typing import Any

from jointre.evaluation.report import MONITORED


def zero_score_warning(
    monitor: Sequence[str],
    rows: Sequence[Mapping[str, float | int]],
    report: Mapping[str, Any],
    updates: int,
) -> str | None:
    """The warning; None if a monitored score was above 0, or dev was never scored.

    Args:
        monitor: Names of the scores whose sum selects the best epoch.
        rows: Scores of each epoch.
        report: Dev report of the last epoch, as ``Report.to_dict`` returns it.
        updates: Number of optimizer updates of the whole training.
    """
    scored = [row for row in rows if all(name in row for name in monitor)]
    if not scored or any(row[name] for row in scored for name in monitor):
        return None
    return (
        f"warning: the monitored dev score ({' + '.join(monitor)}) is 0 in every epoch, so it "
        "cannot tell which epoch is best; the last one was taken. "
        f"{_reason(monitor, rows, report, updates)}"
    )


def _reason(
    monitor: Sequence[str],
    rows: Sequence[Mapping[str, float | int]],
    report: Mapping[str, Any],
    updates: int,
) -> str:
    blocks = dict.fromkeys(_block(name) for name in monitor)
    best_scores = {
        f"{block}_f1": max(row.get(f"{block}_f1", 0) for row in rows)
        for block in report
        if block != "protocol" and block not in blocks
    }
    useful = {name: value for name, value in best_scores.items() if value}
    better = max(useful, key=lambda name: useful[name], default=None)
    if not any(report[block]["support"] for block in blocks):
        advice = (
            f"set training.monitor to a score that left 0, such as {better}"
            if better
            else "add annotated documents to dev"
        )
        return f"Dev has no gold annotations that count in {', '.join(blocks)}: {advice}."
    if better:
        return (
            f"{better} reached {100 * useful[better]:.2f}, so the model does learn: set "
            f"training.monitor to null or to include {better}, and train longer "
            "(training.epochs) for the rest."
        )
    return (
        f"The model found nothing correct in dev after {updates:,} updates: train longer "
        "(training.epochs), take smaller batches (training.batch_size), raise "
        "training.optimizer.lr, and check that dev is annotated like train."
    )


def _block(name: str) -> str:
    """The block of a score's name; ``macro_f1`` ends with ``f1``, so longer endings come first."""
    endings = sorted(MONITORED, key=len, reverse=True)
    ending = next(ending for ending in endings if name.endswith(ending))
    return name.removesuffix(f"_{ending}")
