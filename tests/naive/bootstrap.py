"""The paired bootstrap, resample by resample and label by label."""

import numpy as np

from jointre.evaluation.report import Counts, Scores, Tally


def resampled(
    one: list[Tally], other: list[Tally], resamples: int, seed: int
) -> list[dict[str, float]]:
    """Differences of micro, macro and label F1 of each resample, for one block."""
    rng = np.random.default_rng(seed)
    found = []
    labels = sorted({label for tally in (*one, *other) for label in tally})
    for drawn in rng.integers(0, len(one), (resamples, len(one))):
        scores = [f1s([tallies[i] for i in drawn], labels) for tallies in (one, other)]
        found.append({row: scores[1][row] - scores[0][row] for row in scores[0]})
    return found


def f1s(tallies: list[Tally], labels: list[str]) -> dict[str, float]:
    """Micro, macro and label F1 of the sum of counts."""
    sums = {label: Counts(0, 0, 0) for label in labels}
    for tally in tallies:
        for label, counts in tally.items():
            sums[label] = sums[label].plus(counts)
    scores = Scores.of(sums)
    found = scores.per_type
    by_label = {label: found[label].f1 if label in found else 0.0 for label in labels}
    return {"micro": scores.f1, "macro": scores.macro_f1, **by_label}
