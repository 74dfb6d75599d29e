"""Calibration: the fit is that of a grid, thresholds are those by hand, and gains are honest."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jointre.config import construct
from jointre.data.schema import Document
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ConfigError, DataError
from jointre.evaluation.metric import Metric
from jointre.evaluation.score_curves import ScoredItems, best_f1, least_threshold
from jointre.formats import Reader
from jointre.inference.calibrate import Objective, calibrate, fit, fit_probabilities
from jointre.models import archive
from jointre.models.candidates import JudgedCandidates


def drawn(temperature: float, bias: float, exclusive: bool, rows: int = 20_000) -> JudgedCandidates:
    """Candidates whose calibrated probabilities are right, with the model's wrong ones."""
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 2, (rows, 3))
    if not exclusive:
        gold = rng.random((rows, 3)) < 1 / (1 + np.exp(-logits))
        wrong = (logits - bias) * temperature
        return JudgedCandidates((1 / (1 + np.exp(-wrong))).astype(np.float32), None, False, gold)
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    chosen = (rng.random(rows)[:, None] > shares.cumsum(1)).sum(1)
    gold = chosen[:, None] == np.arange(3)
    wrong = np.exp(temperature * (logits - np.array([0.0, bias, bias])))
    wrong = (wrong / wrong.sum(1, keepdims=True)).astype(np.float32)
    return JudgedCandidates(wrong[:, 1:], wrong[:, 0], True, gold[:, 1:])


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize(("temperature", "bias"), [(2.0, -1.0), (0.7, 0.5), (1.0, 0.0)])
def test_the_distortion_of_probabilities_is_found(
    temperature: float, bias: float, exclusive: bool
) -> None:
    found = fit_probabilities(drawn(temperature, bias, exclusive))
    assert found == pytest.approx((temperature, bias), abs=0.1)


def test_nothing_to_fit() -> None:
    nothing = JudgedCandidates(np.zeros((0, 2), np.float32), None, False, np.zeros((0, 2), bool))
    assert fit_probabilities(nothing) == (1.0, 0.0)


def test_thresholds_of_labels() -> None:
    """A label's threshold is averaged with the shared one; with a precision, it is one of both."""
    rng = np.random.default_rng(0)
    probabilities = rng.uniform(0.02, 1, (3000, 2)).astype(np.float32)
    # The first label is right more often than its probability, the second less often.
    gold = rng.random((3000, 2)) < probabilities ** np.array([0.5, 2.0])
    gold[30:, 1] = False
    judged = {
        task: JudgedCandidates(probabilities, None, False, gold) for task in ("entity", "relation")
    }
    counts = {label: int(gold[:, i].sum()) for i, label in enumerate(("many", "few"))}
    vocabulary = Vocabulary(("many", "few"), ("many", "few"))
    both = {"entity": counts, "relation": counts}
    found = fit([judged], both, vocabulary, Objective(), 20)["entity"].calibration
    calibrated = judged["entity"].calibrated(found.temperature, found.bias).labels.astype(float)
    items = [
        ScoredItems.of(calibrated[:, i], gold[:, i], counts[label])
        for i, label in enumerate(("many", "few"))
    ]
    shared = best_f1(ScoredItems.cat(items))[0]
    for label, item in zip(("many", "few"), items, strict=True):
        own = (best_f1(item)[0] * item.gold + 200 * shared) / (item.gold + 200)
        assert found.thresholds[label] == pytest.approx(own)
    assert counts["few"] < 20 < counts["many"]
    precise = fit([judged], both, vocabulary, Objective(0.8), 20)["relation"]
    least = precise.calibration.thresholds["many"]
    at = items[0].counts_at(least)
    assert at.tp / at.predicted >= 0.8
    everything = ScoredItems.cat(items)
    assert precise.calibration.thresholds["few"] == least_threshold(everything, 0.8)
    assert precise.unreached == ()


def test_a_precision_that_is_not_reached() -> None:
    """Such a label is not predicted any more."""
    probabilities = np.array([[0.9], [0.8], [0.7]], np.float32)
    candidates = JudgedCandidates(probabilities, None, False, np.array([[False], [True], [True]]))
    judged = {"entity": candidates, "relation": candidates}
    counts = {"x": 2}
    both = {"entity": counts, "relation": counts}
    vocabulary = Vocabulary(("x",), ("x",))
    found = fit([judged], both, vocabulary, Objective(0.9), 1)["entity"]
    assert (found.unreached, found.calibration.thresholds) == (("x",), {"x": 1.0})


@pytest.mark.parametrize("text", ["f1", "precision>=0.9", "precision >= 1", "precision>=1.0"])
def test_objectives(text: str) -> None:
    assert str(Objective.parse(text)) in {"f1", "precision>=0.9", "precision>=1"}


@pytest.mark.parametrize("text", ["", "F1", "recall>=0.5", "precision>=0", "precision>=1.5"])
def test_unknown_objectives(text: str) -> None:
    with pytest.raises(ConfigError, match="write f1"):
        Objective.parse(text)


def documents_of(run: Path) -> list[Document]:
    reader = construct(Reader, "jsonl")
    return [d for name in ("dev", "test") for d in reader.read(run.parent / f"{name}.jsonl")]


def test_what_is_measured_is_what_other_documents_give(tiny_run: Path) -> None:
    """Each fold is predicted with what was fitted without it."""
    from jointre.decoding import Calibration
    from jointre.inference.evaluate import evaluate
    from jointre.inference.judged import gold_counts, predict_judged

    model = archive.load(tiny_run).model
    documents = documents_of(tiny_run)
    metric = Metric.by_name("spert")(symmetric=model.vocabulary.symmetric)
    objective = Objective(0.5)
    result = calibrate(model, documents, metric, objective=objective, folds=3, min_support=1)
    assert model.calibration is None
    raw = evaluate(model, documents, metric)[0]
    assert result.raw == raw
    predicted: dict[str, Document] = {}
    for fold in range(3):
        others = [d for i, d in enumerate(documents) if i % 3 != fold]
        own = documents[fold::3]
        fitted = fit(
            [predict_judged(model, others)[1]],
            gold_counts(others, model.vocabulary),
            model.vocabulary,
            objective,
            1,
        )
        model.calibrate(Calibration(fitted["entity"].calibration, fitted["relation"].calibration))
        predicted |= {d.id: d for d in evaluate(model, own, metric)[1]}
        model.calibrate(None)
    expected = metric.score(documents, [predicted[document.id] for document in documents])
    assert result.calibrated.flat() == pytest.approx(expected.flat(), abs=1e-6)
    facts = result.calibration({"data": "d"}).about
    assert facts["calibrated"]["entity"]["f1"] == result.calibrated.blocks["entity"].f1


def test_thresholds_that_do_not_help_are_not_kept(tiny_run: Path) -> None:
    """The sum of both F1 scores is never below that of the model as it is."""
    model = archive.load(tiny_run).model
    metric = Metric.by_name("spert")(symmetric=model.vocabulary.symmetric)
    result = calibrate(model, documents_of(tiny_run), metric, objective=Objective(), folds=2)

    def total(report: Any) -> float:
        scores = report.flat()
        return float(scores["entity_f1"] + scores["relation_strict_f1"])

    assert total(result.calibrated) >= total(result.raw)
    for task in result.without_thresholds:
        assert result.tasks[task].calibration.thresholds == {}


def test_fewer_documents_than_folds(tiny_run: Path) -> None:
    model = archive.load(tiny_run).model
    metric = Metric.by_name("spert")(symmetric=frozenset())
    with pytest.raises(DataError, match="2 documents cannot be divided into 3 folds"):
        calibrate(model, documents_of(tiny_run)[:2], metric, objective=Objective(), folds=3)
