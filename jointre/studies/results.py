"""The scores of a study: means over seeds and folds, and how certain their differences are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import comb
from typing import Any

import numpy as np

from jointre.errors import DataError
from jointre.evaluation.document_counts import DocumentCounts, Row, read_counts
from jointre.evaluation.report import Report
from jointre.evaluation.significance import Gain, gains
from jointre.studies.directory import StudyDirectory
from jointre.training.run_files import read_object

CERTAIN = 0.05
"""Largest p-value of a difference that is taken for more than chance."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score of a variant.

    Args:
        values: The score of each seed, a mean over the folds, from 0 to 1.
        difference: Mean minus that of the base; None for the base, and without runs.
        gain: What the bootstrap over documents says of the difference; None where the score is not
            an F1, or runs were scored on different documents.
        p_seeds: p-value of a permutation test over seeds; None with fewer than two seeds.
        least_p: Smallest p-value that this test can have with so many seeds.
        published: The published score, from 0 to 1.
    """

    values: Sequence[float]
    difference: float | None = None
    gain: Gain | None = None
    p_seeds: float | None = None
    least_p: float = 1.0
    published: float | None = None

    @property
    def mean(self) -> float | None:
        """Mean over the seeds."""
        return float(np.mean(self.values)) if self.values else None

    @property
    def deviation(self) -> float | None:
        """Standard deviation over the seeds, of a sample; None with fewer than two."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else None

    @property
    def is_certain(self) -> bool:
        """Whether the difference is more than chance; the base's own scores are certain.

        The bootstrap must say so, and the permutation test if there are enough seeds for it to
        reach the level at all. Without a bootstrap, the permutation test decides.
        """
        if self.difference is None:
            return True
        by_seeds = self.p_seeds is not None and self.p_seeds <= CERTAIN
        if self.gain is None:
            return by_seeds
        return self.gain.p_value <= CERTAIN and (by_seeds or self.least_p > CERTAIN)


@dataclass(frozen=True, slots=True)
class VariantResult:
    """The results of a variant.

    Args:
        name: Name of the variant.
        title: Its name in tables.
        group: Its block of the table.
        x: Its place on the figure's axis.
        seeds: Seeds whose runs are finished.
        runs: Number of its runs.
        finished: Number of those that are finished.
        scores: Its scores by name.
    """

    name: str
    title: str
    group: str | None
    x: float | None
    seeds: Sequence[int]
    runs: int
    finished: int
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class StudyResults:
    """The results of a study.

    Args:
        title: Title of the study.
        axis: Label of the figure's axis.
        base: Name of the variant that the others are compared with.
        split: Data whose scores these are.
        protocol: Scoring protocol.
        show: Names of the scores.
        variants: The variants in the order of the study.
        notes: Lines about what could not be compared.
    """

    title: str | None
    axis: str | None
    base: str
    split: str
    protocol: str
    show: Sequence[str]
    variants: Sequence[VariantResult]
    notes: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class _Finished:
    """A finished run: its scores, and the counts of each document if it has them."""

    seed: int
    fold: int | None
    scores: Mapping[str, float]
    counts: Sequence[DocumentCounts]


def results(directory: StudyDirectory, resamples: int = 10_000, seed: int = 0) -> StudyResults:
    """The results of the runs that are finished.

    Args:
        directory: The directory of the study.
        resamples: Number of resamples of the bootstrap; 0: none.
        seed: Random seed of the tests.

    Raises:
        RunError: The directory does not hold a study.
        DataError: A file of a run is damaged.
    """
    plan = directory.read()
    finished: dict[str, list[_Finished]] = {}
    planned: dict[str, list[Any]] = {}
    for run in plan["runs"]:
        planned.setdefault(run["variant"], []).append((run["seed"], run["fold"]))
        found = _finished(directory, run, plan["split"])
        if found is not None:
            finished.setdefault(run["variant"], []).append(found)
    notes: list[str] = []
    base = finished.get(plan["base"], [])
    variants = []
    for variant in plan["variants"]:
        name = variant["name"]
        runs, folds = finished.get(name, []), {fold for _, fold in planned.get(name, [])}
        compared = [] if name == plan["base"] else base
        tested = _tested(plan, name, _paired(compared, runs), resamples, seed, notes)
        scores = {
            score: _score(score, variant, _by_seed(base, folds), _by_seed(runs, folds), tested)
            if name != plan["base"]
            else _score(score, variant, {}, _by_seed(runs, folds), tested)
            for score in plan["show"]
        }
        variants.append(
            VariantResult(
                name,
                variant["title"],
                variant["group"],
                variant["x"],
                sorted(_by_seed(runs, folds)),
                len(planned.get(name, [])),
                len(runs),
                scores,
            )
        )
    return StudyResults(
        plan["title"],
        plan["axis"],
        plan["base"],
        plan["split"],
        plan["protocol"],
        plan["show"],
        variants,
        tuple(dict.fromkeys(notes)),
    )


def _finished(directory: StudyDirectory, run: Mapping[str, Any], split: str) -> _Finished | None:
    files = directory.run(run["name"])
    if not files.finished:
        return None
    metrics, config = read_object(files.metrics) or {}, read_object(files.config) or {}
    chosen = config.get("training", {}).get("checkpoint")
    block = metrics.get(chosen) or metrics.get("last") or {}
    if split not in block:
        raise DataError(f"{files.metrics}: it has no scores of {split}")
    report = Report.from_dict(block[split])
    counts = read_counts(files.counts) if files.counts.exists() else []
    if split == "dev" and "test" in block:
        counts = []  # they are those of test
    return _Finished(run["seed"], run["fold"], report.flat(), counts)


def _by_seed(runs: Sequence[_Finished], folds: set[int | None]) -> dict[int, list[_Finished]]:
    """The runs of each seed of which all folds are finished, in the order of the folds."""
    seeds: dict[int, list[_Finished]] = {}
    for run in sorted(runs, key=lambda each: each.fold or 0):
        seeds.setdefault(run.seed, []).append(run)
    return {seed: found for seed, found in seeds.items() if len(found) == len(folds)}


def _paired(
    base: Sequence[_Finished], runs: Sequence[_Finished]
) -> tuple[list[list[DocumentCounts]], list[list[DocumentCounts]]]:
    """The counts of the seeds that both have, the documents of all folds together."""
    sides = []
    places = [{(run.seed, run.fold): run for run in side} for side in (base, runs)]
    shared = sorted(set(places[0]) & set(places[1]), key=lambda place: (place[0], place[1] or 0))
    for side in places:
        by_seed: dict[int, list[DocumentCounts]] = {}
        for place in shared:
            by_seed.setdefault(place[0], []).extend(side[place].counts)
        sides.append(list(by_seed.values()))
    return sides[0], sides[1]


def _tested(
    plan: Mapping[str, Any],
    name: str,
    sides: tuple[list[list[DocumentCounts]], list[list[DocumentCounts]]],
    resamples: int,
    seed: int,
    notes: list[str],
) -> Mapping[Row, Gain]:
    """What the bootstrap says of each block; nothing if it cannot be done."""
    base, runs = sides
    if not resamples or not base or not all(base) or not all(runs):
        return {}
    blocks = list(dict.fromkeys(row.block for run in base for each in run for row in each.counts))
    other = {row.block for run in runs for each in run for row in each.counts}
    blocks += sorted(other - set(blocks))
    try:
        return gains(blocks, base, runs, resamples=resamples, seed=seed)
    except DataError as error:
        notes.append(f"{name}: no bootstrap over documents ({error})")
        return {}


def _score(
    name: str,
    variant: Mapping[str, Any],
    base: Mapping[int, Sequence[_Finished]],
    runs: Mapping[int, Sequence[_Finished]],
    tested: Mapping[Row, Gain],
) -> Score:
    """A score of a variant, with its difference to the base."""

    def values(of: Mapping[int, Sequence[_Finished]]) -> list[float]:
        return [float(np.mean([run.scores[name] for run in of[seed]])) for seed in sorted(of)]

    own, others = values(runs), values(base)
    published = variant["published"].get(name)
    difference = float(np.mean(own) - np.mean(others)) if own and others else None
    label = "macro" if name.endswith("_macro_f1") else "micro"
    block = name.removesuffix("_f1").removesuffix("_macro")
    gain = tested.get(Row(block, label)) if name.endswith("_f1") else None
    return Score(
        own,
        difference,
        gain if difference is not None else None,
        _over_seeds(others, own),
        2 / comb(len(others) + len(own), len(own)) if others and own else 1.0,
        None if published is None else published / 100,
    )


def _over_seeds(base: Sequence[float], own: Sequence[float]) -> float | None:
    """p-value of a permutation test: are the seeds' scores of two variants exchangeable?"""
    if len(base) < 2 or len(own) < 2:
        return None
    from scipy.stats import permutation_test  # slow to import

    def difference(one: Any, other: Any, axis: int = -1) -> Any:
        return np.mean(one, axis=axis) - np.mean(other, axis=axis)

    found = permutation_test(
        (own, base), difference, vectorized=True, n_resamples=9999, rng=np.random.default_rng(0)
    )
    return float(found.pvalue)
