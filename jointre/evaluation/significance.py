"""Whether two sets of predictions for the same documents differ by more than chance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Le
from jaxtyping import Float, Int

from jointre.data.schema import Document
from jointre.errors import DataError
from jointre.evaluation.document_counts import DocumentCounts, Row, as_array, document_counts
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Counts, ratio

LEVEL = 0.95
"""Probability that an interval contains the difference."""

_AT_ONCE = 4_000_000  # documents of all resamples that are drawn at once: bounds memory


@dataclass(frozen=True, slots=True)
class Difference:
    """The F1 scores of two sets of predictions, and how certain their difference is.

    Args:
        row: What is compared.
        one, other: F1 of both, from 0 to 1.
        low, high: Interval of ``other - one``, in which 95 % of the resamples lie.
        p_value: Probability of a difference at least as large, in either direction, if there were
            none.
        support: Number of gold items.
    """

    row: Row
    one: float
    other: float
    low: float
    high: float
    p_value: float
    support: int

    @property
    def difference(self) -> float:
        """How much better the other predictions are."""
        return self.other - self.one

    @property
    def is_certain(self) -> bool:
        """Whether the interval is on one side of 0."""
        return self.low > 0 or self.high < 0

    def to_dict(self) -> dict[str, Any]:
        """The numbers by name."""
        return {
            "block": self.row.block,
            "label": self.row.label,
            "one": self.one,
            "other": self.other,
            "difference": self.difference,
            "low": self.low,
            "high": self.high,
            "p_value": self.p_value,
            "support": self.support,
        }


@dataclass(frozen=True, slots=True)
class Influence:
    """How much one document contributes to the difference of a block's micro F1.

    Args:
        document: Id of the document.
        effect: The difference minus what it would be without the document.
        one, other: Numbers of correct, predicted and gold items of both predictions.
    """

    document: str
    effect: float
    one: Counts
    other: Counts

    def to_dict(self) -> dict[str, Any]:
        """The numbers by name."""
        return {
            "document": self.document,
            "effect": self.effect,
            "one": list(self.one),
            "other": list(self.other),
        }


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two sets of predictions agree with each other in a block.

    Args:
        f1: F1 of the other predictions if the first ones were the gold.
        better, worse, equal: Numbers of documents on which the other predictions have a higher,
            a lower or the same F1.
    """

    f1: float
    better: int
    worse: int
    equal: int

    def to_dict(self) -> dict[str, Any]:
        """The numbers by name."""
        return {"f1": self.f1, "better": self.better, "worse": self.worse, "equal": self.equal}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets of predictions compared by one protocol.

    Args:
        protocol: Registered name of the protocol.
        documents: Number of documents.
        differences: One for each block and label.
        influences: For each block the documents with the largest effects, the largest first.
        agreements: For each block how far both agree.
        without_counts: Blocks of the protocol that are not ratios of counts of documents, so they
            are not compared.
    """

    protocol: str
    documents: int
    differences: Sequence[Difference]
    influences: Mapping[str, Sequence[Influence]]
    agreements: Mapping[str, Agreement]
    without_counts: Sequence[str]

    def to_dict(self) -> dict[str, Any]:
        """All numbers, for a file of JSON."""
        return {
            "protocol": self.protocol,
            "documents": self.documents,
            "differences": [one.to_dict() for one in self.differences],
            "influences": {
                block: [one.to_dict() for one in found] for block, found in self.influences.items()
            },
            "agreements": {block: one.to_dict() for block, one in self.agreements.items()},
            "without_counts": list(self.without_counts),
        }


def compare(
    metric: Metric,
    gold: Sequence[Document],
    one: Sequence[Document],
    other: Sequence[Document],
    *,
    resamples: Annotated[int, Ge(1), Le(1_000_000)] = 10_000,
    seed: int = 0,
    shown: int = 10,
) -> Comparison:
    """Compare two sets of predictions by a paired bootstrap over documents.

    Each resample draws as many documents as there are, with replacement, and computes the F1
    of both predictions from the counts of the documents that were drawn. The interval lies between
    the 2.5th and the 97.5th percentile of the differences. The p-value is the fraction of
    resamples, the data itself counted in, whose difference deviates from the measured one by
    at least as much as that one deviates from 0.

    Paper: Koehn 2004, https://aclanthology.org/W04-3250; Berg-Kirkpatrick et al. 2012,
    https://aclanthology.org/D12-1091 (the p-value).

    Args:
        metric: The scoring protocol.
        gold: Annotated documents.
        one: The same documents in the same order, as predicted.
        other: The same documents, as predicted otherwise.
        resamples: Number of resamples.
        seed: Random seed of the resamples.
        shown: Number of documents that are named for each block.

    Raises:
        DataError: The documents do not belong together, there are none, or they have something
            that the protocol does not define.
    """
    if not gold:
        raise DataError("the data has no documents to compare predictions on")
    documents = [document_counts(metric, gold, predicted) for predicted in (one, other)]
    found = (row for each in documents for document in each for row in document.counts)
    rows = _ordered(found, metric.reported)
    counts = [as_array(each, rows) for each in documents]
    labels = _Labels.of(rows)
    measured = [labels.f1(each.sum(0)[None])[0] for each in counts]
    measured_gains = measured[1] - measured[0]
    drawn = _differences([counts[:1], counts[1:]], labels, resamples, seed)
    low, high, p_values = _judged(drawn, measured_gains)
    support = labels.support(counts[0].sum(0))
    micro = {row.block: np.array([r.block == row.block for r in rows]) for row in rows}
    blocks = {
        block: (counts[0][:, member].sum(1), counts[1][:, member].sum(1))
        for block, member in micro.items()
    }
    return Comparison(
        metric.registered_name,
        len(gold),
        [
            Difference(
                row,
                float(measured[0][i]),
                float(measured[1][i]),
                float(low[i]),
                float(high[i]),
                float(p_values[i]),
                int(support[i]),
            )
            for i, row in enumerate(labels.all_rows)
        ],
        {
            block: influences(gold, first, second, shown)
            for block, (first, second) in blocks.items()
        },
        _agreements(metric, blocks, one, other),
        [block for block in metric.reported if block not in blocks],
    )


def _judged(
    drawn: Float[np.ndarray, "resamples rows"], gains: Float[np.ndarray, " rows"]
) -> tuple[Any, Any, Any]:
    """The ends of the intervals, and the p-values."""
    low, high = np.percentile(drawn, [50 * (1 - LEVEL), 50 * (1 + LEVEL)], axis=0)
    # Differences of equal F1 scores may have rounding errors of a few units in the last place.
    extreme = np.abs(drawn - gains) >= np.abs(gains) - 1e-12
    return low, high, (1 + extreme.sum(0)) / (1 + len(drawn))


@dataclass(frozen=True, slots=True)
class Interval:
    """The F1 of a block or label, and the interval in which 95 % of the resamples lie."""

    f1: float
    low: float
    high: float


def intervals(
    metric: Metric,
    gold: Sequence[Document],
    predicted: Sequence[Document],
    *,
    resamples: Annotated[int, Ge(1), Le(1_000_000)] = 2000,
    seed: int = 0,
) -> dict[Row, Interval]:
    """How certain the F1 of each block and label is, by a bootstrap over documents.

    Blocks that are not ratios of counts of documents have no interval.

    Args:
        metric: The scoring protocol.
        gold: Annotated documents.
        predicted: The same documents in the same order, as predicted.
        resamples: Number of resamples.
        seed: Random seed of the resamples.

    Raises:
        DataError: The documents do not belong together, there are none, or they have something
            that the protocol does not define.
    """
    if not gold:
        raise DataError("the data has no documents to score predictions on")
    documents = document_counts(metric, gold, predicted)
    rows = _ordered((row for each in documents for row in each.counts), metric.reported)
    if not rows:
        return {}
    counts, labels = as_array(documents, rows), _Labels.of(rows)
    measured = labels.f1(counts.sum(0)[None])[0]
    # The F1 of nothing is 0, so the differences are the scores themselves.
    drawn = _differences([[np.zeros_like(counts)], [counts]], labels, resamples, seed)
    low, high = np.percentile(drawn, [50 * (1 - LEVEL), 50 * (1 + LEVEL)], axis=0)
    values = np.stack([measured, low, high], 1).tolist()
    return {row: Interval(*value) for row, value in zip(labels.all_rows, values, strict=True)}


@dataclass(frozen=True, slots=True)
class Gain:
    """How much the mean F1 of several runs is above that of others.

    Args:
        difference: Difference of the means.
        low, high: Interval of the difference, in which 95 % of the resamples lie.
        p_value: Probability of a difference at least as large, in either direction, if there were
            none.
    """

    difference: float
    low: float
    high: float
    p_value: float

    @property
    def is_certain(self) -> bool:
        """Whether the interval is on one side of 0."""
        return self.low > 0 or self.high < 0


def gains(
    reported: Sequence[str],
    base: Sequence[Sequence[DocumentCounts]],
    variant: Sequence[Sequence[DocumentCounts]],
    *,
    resamples: Annotated[int, Ge(1), Le(1_000_000)] = 10_000,
    seed: int = 0,
) -> dict[Row, Gain]:
    """Compare the runs of two models, such as one run per seed, by a bootstrap over documents.

    As :func:`compare`, but the F1 of a side is the mean over its runs.

    Args:
        reported: Blocks of the protocol, in order.
        base: Counts of the documents, for each run of the model to compare with.
        variant: The same documents in the same order, for each run of the other model.
        resamples: Number of resamples.
        seed: Random seed of the resamples.

    Returns:
        For each block the gain of ``micro``, of ``macro``, and of each label.

    Raises:
        DataError: The runs were not scored on the same documents, or on none.
    """
    documents = [each.document for each in base[0]]
    for run in (*base, *variant):
        if [each.document for each in run] != documents:
            raise DataError("the runs were scored on different documents, so they do not compare")
    if not documents:
        raise DataError("the runs were scored on no documents, so they cannot be compared")
    runs = [*base, *variant]
    rows = _ordered((row for run in runs for each in run for row in each.counts), reported)
    labels = _Labels.of(rows)
    sides = [[as_array(run, rows) for run in side] for side in (base, variant)]
    f1 = [np.mean([labels.f1(run.sum(0)[None])[0] for run in side], axis=0) for side in sides]
    measured = f1[1] - f1[0]
    low, high, p_values = _judged(_differences(sides, labels, resamples, seed), measured)
    values = np.stack([measured, low, high, p_values], 1).tolist()
    return {row: Gain(*value) for row, value in zip(labels.all_rows, values, strict=True)}


def _ordered(rows: Iterable[Row], reported: Sequence[str]) -> list[Row]:
    """Rows in the order of a protocol's reports."""
    return sorted(set(rows), key=lambda row: (reported.index(row.block), row.label))


@dataclass(frozen=True, slots=True)
class _Labels:
    """The labels of each block, to which the rows ``micro`` and ``macro`` are added.

    Args:
        members: Whether a label belongs to a block.
        all_rows: Of each block ``micro``, ``macro``, and its labels.
        order: Place of each of these rows among micro rows, macro rows, and labels.
    """

    members: Int[np.ndarray, "blocks labels"]
    all_rows: Sequence[Row]
    order: Int[np.ndarray, " rows"]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "_Labels":
        blocks = list(dict.fromkeys(row.block for row in rows))
        members = np.array([[row.block == block for row in rows] for block in blocks], np.int64)
        all_rows, order = [], []
        for number, block in enumerate(blocks):
            labels = [i for i, row in enumerate(rows) if row.block == block]
            all_rows += [Row(block, "micro"), Row(block, "macro"), *(rows[i] for i in labels)]
            order += [number, len(blocks) + number, *(2 * len(blocks) + i for i in labels)]
        return cls(members.reshape(len(blocks), len(rows)), all_rows, np.array(order, np.int64))

    def f1(self, counts: Float[np.ndarray, "n labels 3"] | Any) -> Float[np.ndarray, "n rows"]:
        """F1 of each row, from sums of counts; 0 where nothing is predicted and nothing is gold."""
        by_label, present = _f1(counts)
        micro = _f1(np.einsum("bl,nlc->nbc", self.members, counts))[0]
        number = present.astype(float) @ self.members.T
        macro = (by_label @ self.members.T) / np.maximum(1, number)
        return np.take(np.concatenate([micro, macro, by_label], 1), self.order, axis=1)

    def support(self, counts: Int[np.ndarray, "labels 3"]) -> Int[np.ndarray, " rows"]:
        """Number of gold items of each row."""
        blocks = self.members @ counts[:, 2]
        return np.take(np.concatenate([blocks, blocks, counts[:, 2]]), self.order)


def _f1(counts: Any) -> tuple[Any, Any]:
    """F1 of counts, and whether there is anything predicted or gold."""
    items = counts[..., 1] + counts[..., 2]
    return 2 * counts[..., 0] / np.maximum(1, items), items > 0


def _differences(
    sides: Sequence[Sequence[Int[np.ndarray, "documents labels 3"]]],
    labels: _Labels,
    resamples: int,
    seed: int,
) -> Float[np.ndarray, "resamples rows"]:
    """The differences of F1 in each resample, a mean over the runs of each side."""
    documents, size = sides[0][0].shape[:2]
    runs = [run.reshape(documents, -1) for side in sides for run in side]
    # Sums of counts are exact in double precision.
    flat = np.concatenate(runs, 1).astype(float)
    rng = np.random.default_rng(seed)
    step = max(1, _AT_ONCE // documents)
    differences = []
    for first in range(0, resamples, step):
        n = min(step, resamples - first)
        drawn = rng.integers(0, documents, (n, documents)) + documents * np.arange(n)[:, None]
        times = np.bincount(drawn.ravel(), minlength=n * documents).reshape(n, documents)
        sums = (times.astype(float) @ flat).reshape(n, len(runs), size, 3)
        f1 = [labels.f1(sums[:, run]) for run in range(len(runs))]
        one, other = f1[: len(sides[0])], f1[len(sides[0]) :]
        differences.append(np.mean(other, axis=0) - np.mean(one, axis=0))
    return np.concatenate(differences)


def influences(
    gold: Sequence[Document],
    one: Int[np.ndarray, "documents 3"],
    other: Int[np.ndarray, "documents 3"],
    shown: int,
) -> list[Influence]:
    """The documents that decide a difference of micro F1, those with the largest effect first.

    Args:
        gold: The documents.
        one: Correct, predicted and gold items of each document, of the first predictions.
        other: The same, of the other ones.
        shown: Number of documents; those without an effect are left out.
    """
    gain = _f1(other.sum(0))[0] - _f1(one.sum(0))[0]
    without = _f1(other.sum(0) - other)[0] - _f1(one.sum(0) - one)[0]
    changed = (one != other).any(1)
    effects = np.where(changed, gain - without, 0.0)
    order = np.argsort(-np.abs(effects), kind="stable")[:shown]
    return [
        Influence(
            gold[i].id,
            float(effects[i]),
            Counts(*one[i].tolist()),
            Counts(*other[i].tolist()),
        )
        for i in order.tolist()
        if effects[i]
    ]


def _agreements(
    metric: Metric,
    blocks: Mapping[str, tuple[Int[np.ndarray, "documents 3"], Int[np.ndarray, "documents 3"]]],
    one: Sequence[Document],
    other: Sequence[Document],
) -> dict[str, Agreement]:
    found = {}
    mutual = metric.counts(one, other)
    for block, (first, second) in blocks.items():
        gains = _f1(second)[0] - _f1(first)[0]
        tp, predicted, gold = mutual[block].sum(0).tolist()
        found[block] = Agreement(
            ratio(2 * tp, predicted + gold),
            int((gains > 0).sum()),
            int((gains < 0).sum()),
            int((gains == 0).sum()),
        )
    return found
