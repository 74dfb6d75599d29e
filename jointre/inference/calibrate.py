"""Fit probabilities and thresholds on annotated documents, and measure what they change.

What is measured is cross-fitted: each document is predicted with a calibration that was fitted on
other documents, so the gain is what new texts can expect.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge, Le
from jaxtyping import Float

from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.decoding import Calibration, TaskCalibration
from jointre.errors import ConfigError, DataError
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Report
from jointre.evaluation.score_curves import (
    ScoredItems,
    best_f1,
    calibration_error,
    coverage,
    least_threshold,
)
from jointre.evaluation.significance import Comparison, compare
from jointre.inference.evaluate import evaluate
from jointre.inference.judged import Judged, gold_counts, predict_judged, scored_items
from jointre.models.candidates import FLOOR, JudgedCandidates
from jointre.models.model import Model

Task = Literal["entity", "relation"]
TASKS: tuple[Task, ...] = ("entity", "relation")
LEAST = 0.1
"""Calibration errors are computed over possible predictions of at least this raw probability."""

_SHARED_WEIGHT = 200
_LIMIT = 4.0  # of the temperature's logarithm, and of the bias
_MIN_PRECISION = re.compile(r"precision>=(0\.\d+|1(?:\.0*)?)")


@dataclass(frozen=True, slots=True)
class Objective:
    """What thresholds are chosen for.

    Args:
        precision: Precision that the least threshold of a label reaches; None: thresholds with the
            highest F1.
    """

    precision: float | None = None

    @classmethod
    def parse(cls, text: str) -> "Objective":
        """Read ``f1`` or ``precision>=0.9``.

        Raises:
            ConfigError: The text is neither.
        """
        if text == "f1":
            return cls()
        match = _MIN_PRECISION.fullmatch(text.replace(" ", ""))
        if match is None or float(match[1]) == 0:
            raise ConfigError(
                f"objective {text!r}: write f1 (thresholds with the highest F1), or precision>=0.9 "
                "with a number above 0 and up to 1 (the lowest thresholds that reach a precision)"
            )
        return cls(float(match[1]))

    def __str__(self) -> str:
        return "f1" if self.precision is None else f"precision>={self.precision:g}"

    def label_threshold(
        self, items: ScoredItems, shared: float | None, min_support: int
    ) -> float | None:
        """The threshold of a label, for which there may be few gold items.

        A threshold with the highest F1 is averaged with the one that is best for all labels
        together, which counts as much as ``_SHARED_WEIGHT`` gold items. A threshold that reaches
        a precision is replaced by the shared one if there are fewer gold items than
        ``min_support``.

        Args:
            items: Possible predictions of the label.
            shared: Threshold for all labels together.
            min_support: See above.
        """
        if self.precision is not None or shared is None:
            return shared if items.gold < min_support else self.threshold(items)
        own = best_f1(items)[0]
        return (own * items.gold + shared * _SHARED_WEIGHT) / (items.gold + _SHARED_WEIGHT)

    def threshold(self, items: ScoredItems) -> float | None:
        """The threshold of some items; None if no threshold reaches the objective."""
        if self.precision is None:
            return best_f1(items)[0]
        return least_threshold(items, self.precision)


@dataclass(frozen=True, slots=True)
class FittedTask:
    """The calibration of one task, and the labels for which it is a compromise.

    Args:
        calibration: Temperature, bias and thresholds.
        unreached: Labels that reach the precision with no threshold; they are not predicted any
            more.
    """

    calibration: TaskCalibration
    unreached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well the probabilities of a task say how often predictions are right, cross-fitted.

    Args:
        error_before, error_after: Expected calibration error of raw and calibrated probabilities.
        coverage: Share of the possible predictions that can be kept at the given precision.
        recall: Share of the gold items that these predictions are.
        precision: The precision for coverage and recall.
    """

    error_before: float
    error_after: float
    coverage: float
    recall: float
    precision: float

    def to_dict(self) -> dict[str, float]:
        """The numbers by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """A calibration and its measured effect.

    Args:
        tasks: What was fitted on all documents.
        raw: Scores without calibration.
        calibrated: Scores with it, cross-fitted.
        comparison: The difference of both, with intervals.
        reliability: Calibration errors by task.
        without_thresholds: Tasks without thresholds, because they did not raise the sum of the F1
            of entities and relations.
    """

    tasks: Mapping[Task, FittedTask]
    raw: Report
    calibrated: Report
    comparison: Comparison
    reliability: Mapping[str, Reliability]
    without_thresholds: tuple[Task, ...]

    def calibration(self, about: Mapping[str, Any]) -> Calibration:
        """What an archive keeps.

        Args:
            about: Facts about the data.
        """
        facts = {
            **about,
            "reliability": {task: each.to_dict() for task, each in self.reliability.items()},
            "raw": self.raw.to_dict(),
            "calibrated": self.calibrated.to_dict(),
        }
        return Calibration(
            self.tasks["entity"].calibration, self.tasks["relation"].calibration, facts
        )


def calibrate(
    model: Model,
    documents: Sequence[Document],
    metric: Metric,
    *,
    objective: Objective,
    folds: Annotated[int, Ge(2), Le(1000)] = 5,
    min_support: Annotated[int, Ge(1), Le(1_000_000)] = 20,
    precision: Annotated[float, Ge(0), Le(1)] = 0.9,
    progress: Callable[[int], None] = lambda units: None,
) -> CalibrationResult:
    """Fit a calibration and measure it by cross-fitting; the model ends without one.

    Args:
        model: The model, in evaluation mode.
        documents: Annotated documents that the model was not trained on.
        metric: The scoring protocol.
        objective: What thresholds are chosen for.
        folds: Number of parts; each is predicted with what was fitted on the others.
        min_support: Labels with fewer gold items share one threshold that reaches a precision.
        precision: Precision for which coverage is reported.
        progress: Called with the number of units of each finished batch; every document is
            predicted five times, or twice for a precision.

    Raises:
        ConfigError: The model does not say what its candidates are.
        DataError: There are fewer documents than folds.
    """
    if len(documents) < folds:
        raise DataError(
            f"{len(documents)} documents cannot be divided into {folds} folds; give more documents "
            "or fewer folds"
        )
    model.calibrate(None)
    parts = [documents[i::folds] for i in range(folds)]
    first = [predict_judged(model, part, progress) for part in parts]
    judged = [candidates for _, candidates in first]
    raw = _in_order(documents, [predicted for predicted, _ in first])

    def fit_on(numbers: Sequence[int]) -> dict[Task, FittedTask]:
        gold = gold_counts([each for i in numbers for each in parts[i]], model.vocabulary)
        return fit([judged[i] for i in numbers], gold, model.vocabulary, objective, min_support)

    fits = [fit_on([j for j in range(folds) if j != i]) for i in range(folds)]
    raw_report = metric.score(documents, raw)
    choices: list[tuple[Task, ...]] = [()]
    if objective.precision is None:
        choices += [("relation",), ("entity",), TASKS]
    attempts = []
    for dropped in choices:
        used = [_without_thresholds(each, dropped) for each in fits]
        predicted = _cross_predicted(model, documents, parts, used, metric, progress)
        attempts.append((dropped, predicted, metric.score(documents, predicted)))
    dropped, predicted, report = max(attempts, key=lambda attempt: _total_f1(attempt[2]))
    calibrated = [_calibrated(judged[i], fits[i]) for i in range(folds)]
    return CalibrationResult(
        _without_thresholds(fit_on(range(folds)), dropped),
        raw_report,
        report,
        compare(metric, documents, raw, predicted, resamples=2000),
        {
            task: _reliability(
                [each[task] for each in judged],
                [each[task] for each in calibrated],
                gold_counts(documents, model.vocabulary)[task],
                precision,
            )
            for task in TASKS
        },
        dropped,
    )


def fit(
    judged: Sequence[Judged],
    gold: Mapping[str, Mapping[str, int]],
    vocabulary: Vocabulary,
    objective: Objective,
    min_support: int,
) -> dict[Task, FittedTask]:
    """Fit temperature, bias and thresholds of both tasks.

    Args:
        judged: Candidates of several parts of the data.
        gold: Number of gold items of each label, by task.
        vocabulary: The labels.
        objective: What thresholds are chosen for.
        min_support: Labels with fewer gold items share one threshold that reaches a precision.
    """
    fitted: dict[Task, FittedTask] = {}
    for task in TASKS:
        labels = vocabulary.entity_labels if task == "entity" else vocabulary.relation_labels
        candidates = JudgedCandidates.cat([each[task] for each in judged])
        temperature, bias = fit_probabilities(candidates)
        items = scored_items(candidates.calibrated(temperature, bias), labels, gold[task])
        shared = objective.threshold(ScoredItems.cat(list(items.values()))) if labels else None
        chosen = {
            label: objective.label_threshold(items[label], shared, min_support) for label in labels
        }
        fitted[task] = FittedTask(
            TaskCalibration(
                temperature,
                bias,
                {label: 1.0 if least is None else least for label, least in chosen.items()},
            ),
            tuple(label for label, least in chosen.items() if least is None),
        )
    return fitted


def fit_probabilities(candidates: JudgedCandidates) -> tuple[float, float]:
    """The temperature and the bias with the highest likelihood of the annotated labels.

    Where labels do not exclude one another, only labels of a probability of at least ``FLOOR``
    count, so that the many impossible candidates do not decide. Without candidates they are 1
    and 0.

    Args:
        candidates: Candidates of a task.
    """
    from scipy.optimize import minimize

    if not candidates.labels.size:
        return 1.0, 0.0
    loss = _exclusive_loss(candidates) if candidates.exclusive else _binary_loss(candidates)
    has_bias = not candidates.exclusive or candidates.none is not None
    bounds = [(-_LIMIT, _LIMIT), (-_LIMIT, _LIMIT) if has_bias else (0.0, 0.0)]
    found = minimize(lambda x: loss(float(np.exp(x[0])), float(x[1])), [0.0, 0.0], bounds=bounds)
    return float(np.exp(found.x[0])), float(found.x[1])


def _binary_loss(candidates: JudgedCandidates) -> Callable[[float, float], float]:
    possible = candidates.labels >= FLOOR
    probabilities = _inside(candidates.labels[possible])
    log_odds = np.log(probabilities) - np.log1p(-probabilities)
    signs = np.where(candidates.gold[possible], 1.0, -1.0)
    return lambda temperature, bias: float(
        np.logaddexp(0, -signs * (log_odds / temperature + bias)).mean()
    )


def _exclusive_loss(candidates: JudgedCandidates) -> Callable[[float, float], float]:
    columns, gold = [candidates.labels], candidates.gold
    shift = np.ones(candidates.labels.shape[1])
    if candidates.none is not None:
        columns.append(candidates.none[:, None])
        gold = np.concatenate([gold, ~gold.any(1, keepdims=True)], 1)
        shift = np.append(shift, 0.0)
    rows = gold.any(1)
    log_p = np.log(_inside(np.concatenate(columns, 1)[rows]))
    shares = gold[rows] / gold[rows].sum(1, keepdims=True)

    def loss(temperature: float, bias: float) -> float:
        scaled = log_p / temperature + bias * shift
        largest = scaled.max(1, keepdims=True)
        normaliser = largest[:, 0] + np.log(np.exp(scaled - largest).sum(1))
        return float((normaliser - (shares * scaled).sum(1)).mean())

    return loss


def _inside(probabilities: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Probabilities in double precision that have finite log-odds."""
    inside: Float[np.ndarray, ...] = np.clip(probabilities.astype(float), 1e-12, 1 - 1e-7)
    return inside


def _cross_predicted(
    model: Model,
    documents: Sequence[Document],
    parts: Sequence[Sequence[Document]],
    fits: Sequence[Mapping[Task, FittedTask]],
    metric: Metric,
    progress: Callable[[int], None],
) -> list[Document]:
    """All documents, each predicted with what was fitted on other parts."""
    predicted = []
    try:
        for part, fitted in zip(parts, fits, strict=True):
            calibrations = (fitted["entity"].calibration, fitted["relation"].calibration)
            model.calibrate(Calibration(*calibrations))
            predicted.append(evaluate(model, part, metric, progress)[1])
    finally:
        model.calibrate(None)
    return _in_order(documents, predicted)


def _in_order(documents: Sequence[Document], parts: Sequence[Sequence[Document]]) -> list[Document]:
    """The documents of all parts in their original order."""
    remaining: list[Iterator[Document]] = [iter(part) for part in parts]
    return [next(remaining[i % len(parts)]) for i in range(len(documents))]


def _without_thresholds(
    fitted: Mapping[Task, FittedTask], tasks: Sequence[Task]
) -> dict[Task, FittedTask]:
    """What was fitted, without the thresholds of some tasks."""
    return {
        task: replace(each, calibration=replace(each.calibration, thresholds={}))
        if task in tasks
        else each
        for task, each in fitted.items()
    }


def _total_f1(report: Report) -> float:
    """The sum of the F1 of entities and relations, each in the strictest sense of the protocol."""
    blocks = [[name for name in report.blocks if name.startswith(task)] for task in TASKS]
    return sum(report.blocks[names[-1]].f1 for names in blocks if names)


def _calibrated(judged: Judged, fitted: Mapping[Task, FittedTask]) -> Judged:
    return {
        task: judged[task].calibrated(each.calibration.temperature, each.calibration.bias)
        for task, each in fitted.items()
    }


def _reliability(
    raw: Sequence[JudgedCandidates],
    calibrated: Sequence[JudgedCandidates],
    gold: Mapping[str, int],
    precision: float,
) -> Reliability:
    """Calibration errors over the possible predictions that are not improbable."""
    before, after = _all_items(raw, raw, gold), _all_items(calibrated, raw, gold)
    kept, recall = coverage(after, precision)
    return Reliability(calibration_error(before), calibration_error(after), kept, recall, precision)


def _all_items(
    candidates: Sequence[JudgedCandidates],
    chosen_by: Sequence[JudgedCandidates],
    gold: Mapping[str, int],
) -> ScoredItems:
    """Possible predictions of all labels.

    Args:
        candidates: Candidates of each part.
        chosen_by: The same candidates with their raw probabilities.
        gold: Number of gold items of each label.
    """
    whole, raw = JudgedCandidates.cat(candidates), JudgedCandidates.cat(chosen_by)
    possible = raw.possible & (raw.labels >= LEAST)
    return ScoredItems.of(
        whole.labels[possible].astype(float), whole.gold[possible], sum(gold.values())
    )
