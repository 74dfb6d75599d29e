"""Predictions of one system on annotated documents, with everything a report says about them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jointre.config import construct
from jointre.data.schema import Document
from jointre.data.split import hold_out_fold
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ConfigError, JointreError
from jointre.evaluation.document_counts import Row
from jointre.evaluation.errors_by_kind import (
    DocumentOutcomes,
    EntityItem,
    RelationItem,
    compares_clusters,
    entity_items,
    outcomes,
    relation_items,
)
from jointre.evaluation.metric import Metric
from jointre.evaluation.report import Report
from jointre.evaluation.score_curves import ScoredItems
from jointre.evaluation.significance import Interval, intervals
from jointre.inference.compared import PredictionSource
from jointre.inference.judged import (
    gold_counts,
    judges_candidates,
    predict_judged,
    score_annotation,
    scored_items,
)
from jointre.inference.predictor import Predictor
from jointre.models.candidates import JudgedCandidates

Curves = dict[str, dict[str, ScoredItems]]
"""Possible predictions by task and label."""

GoldScores = tuple[dict[EntityItem, float], dict[RelationItem, float]]
"""Probabilities of the annotated entities and relations of a document."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """Predicted documents, and what else a model says about them.

    Args:
        documents: The predicted documents, in the order of the annotated ones.
        curves: Possible predictions of each label, those that the decoder rejects included; None:
            those that were predicted are all that is known.
        annotation: The documents with their annotated entities and relations; what was not
            predicted has the model's probabilities as scores. None if they are not known.
    """

    documents: Sequence[Document]
    curves: Curves | None = None
    annotation: Sequence[Document] | None = None


@dataclass(frozen=True, slots=True)
class System:
    """The results of a model or of a prediction file.

    Args:
        name: Name in the report.
        predicted: The predicted documents.
        scores: Scores of the protocol.
        intervals: How certain each F1 is.
        outcomes: What became of each entity and relation, by document.
        curves: Possible predictions of each label, by task.
        complete_curves: Whether the curves contain what the decoder rejects.
        gold_scores: Probabilities of the annotated items of each document; None if not known.
    """

    name: str
    predicted: Sequence[Document]
    scores: Report
    intervals: Mapping[Row, Interval]
    outcomes: Sequence[DocumentOutcomes]
    curves: Curves
    complete_curves: bool
    gold_scores: Sequence[GoldScores] | None

    @classmethod
    def of(
        cls, name: str, predictions: Predictions, gold: Sequence[Document], metric: Metric
    ) -> "System":
        """Score predictions.

        Args:
            name: Name in the report.
            predictions: The predictions.
            gold: The annotated documents.
            metric: The protocol.

        Raises:
            DataError: The documents do not belong together, or have something that the protocol
                does not define.
        """
        predicted = predictions.documents
        found = outcomes(gold, predicted, metric)
        clustered = compares_clusters(metric)
        gold_scores = None
        if predictions.annotation is not None:
            gold_scores = [
                _scores_of(document, metric, clustered) for document in predictions.annotation
            ]
        return cls(
            name,
            predicted,
            metric.score(gold, predicted),
            intervals(metric, gold, predicted),
            found,
            predictions.curves or _curves(predicted, found, metric, clustered),
            predictions.curves is not None,
            gold_scores,
        )


def predictions_of(
    sources: Sequence[PredictionSource],
    gold: Sequence[Document],
    device: str = "auto",
    progress: Callable[[int], None] = lambda units: None,
) -> Predictions:
    """The predictions of a model or file, or of the runs of a cross-validation.

    Args:
        sources: One model or file; or several runs that were trained with ``data.fold``, each of
            which predicts the documents that it was not trained on.
        gold: The annotated documents.
        device: Where models compute.
        progress: Called with the number of units of each finished batch; a model reads most
            documents twice.

    Raises:
        ConfigError: Several sources are not the folds of one cross-validation.
    """
    if len(sources) == 1:
        return _predicted(sources[0], gold, device, progress)
    parts = _held_out([source.path for source in sources], gold)
    made = [
        _predicted(source, [gold[i] for i in part], device, progress)
        for source, part in zip(sources, parts, strict=True)
    ]
    order = np.argsort([i for part in parts for i in part]).tolist()
    documents = [document for each in made for document in each.documents]
    annotation = [document for each in made for document in each.annotation or ()]
    curves = [each.curves for each in made if each.curves is not None]
    joined: Curves = {
        task: {
            label: ScoredItems.cat([each[task][label] for each in curves if label in each[task]])
            for label in {label: None for each in curves for label in each[task]}
        }
        for task in (curves[0] if curves else {})
    }
    return Predictions(
        [documents[i] for i in order],
        joined if len(curves) == len(made) else None,
        [annotation[i] for i in order] if len(annotation) == len(documents) else None,
    )


def _predicted(
    source: PredictionSource,
    gold: Sequence[Document],
    device: str,
    progress: Callable[[int], None],
) -> Predictions:
    if source.model is None:
        return Predictions(list(source.documents))
    model = Predictor(source.model.model, device=device).model
    if not judges_candidates(model):
        predictor = Predictor(model, device=device)
        found = predictor.documents(gold, progress=progress)
        return Predictions(found, None, score_annotation(model, gold, found, progress))
    documents, judged = predict_judged(model, gold, progress)
    vocabulary = model.vocabulary
    counts = gold_counts(gold, vocabulary)
    labels = {"entity": vocabulary.entity_labels, "relation": vocabulary.relation_labels}
    if model.calibration is not None:
        judged = {
            "entity": _calibrated(judged["entity"], model.calibration.entity),
            "relation": _calibrated(judged["relation"], model.calibration.relation),
        }
    curves = {task: scored_items(each, labels[task], counts[task]) for task, each in judged.items()}
    return Predictions(documents, curves, score_annotation(model, gold, documents, progress))


def _calibrated(candidates: JudgedCandidates, calibration: Any) -> JudgedCandidates:
    return candidates.calibrated(calibration.temperature, calibration.bias)


def _held_out(runs: Sequence[Path], gold: Sequence[Document]) -> list[list[int]]:
    """The indices of the documents that each run of a cross-validation was not trained on.

    Raises:
        ConfigError: A run has no fold, or the folds do not cover the documents once.
    """
    index_of = {id(document): index for index, document in enumerate(gold)}
    parts = []
    for run in runs:
        fold = fold_of(run)
        if fold is None:
            raise ConfigError(
                f"{run}: was not trained with data.fold; of several runs, each must be a fold of "
                "one cross-validation"
            )
        held_out = hold_out_fold(gold, fold.number, fold.of, fold.seed)[1]
        parts.append([index_of[id(document)] for document in held_out])
    covered = sorted(i for part in parts for i in part)
    if covered != list(range(len(gold))):
        raise ConfigError(
            f"the folds of {', '.join(map(str, runs))} do not cover the {len(gold)} documents "
            "once; name all runs of one cross-validation, and the data they were trained on"
        )
    return parts


def fold_of(run: Path) -> Any:
    """The fold that a run was not trained on (``data.fold``); None without a fold."""
    from jointre.training.experiment import Fold  # imports Lightning: a second

    try:
        config = json.loads((run / "config.json").read_text(encoding="utf-8"))
        fold = config["data"].get("fold")
        return None if fold is None else construct(Fold, fold)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, JointreError):
        return None


def _scores_of(document: Document, metric: Metric, clustered: bool) -> GoldScores:
    """The probabilities of the entities and relations of a document with annotated entities."""
    symmetric = frozenset[str]() if clustered else metric.symmetric
    entities = {item: score or 0.0 for item, score in entity_items(document, clustered)}
    relations: dict[RelationItem, float] = {}
    for item, score in relation_items(document, symmetric, clustered):
        relations[item] = max(score or 0.0, relations.get(item, 0.0))
    return entities, relations


def _curves(
    predicted: Sequence[Document],
    found: Sequence[DocumentOutcomes],
    metric: Metric,
    clustered: bool,
) -> Curves:
    """The predictions that have a score.

    As in the curves of a model, a relation is correct even if the type of an argument is wrong.
    """
    symmetric = frozenset[str]() if clustered else metric.symmetric
    scored: dict[str, dict[str, list[tuple[float, bool]]]] = {"entity": {}, "relation": {}}
    gold: dict[str, dict[str, int]] = {"entity": {}, "relation": {}}
    for document, each in zip(predicted, found, strict=True):
        entities = dict(entity_items(document, clustered))
        relations = dict(relation_items(document, symmetric, clustered))
        for entity in each.entities:
            if entity.gold is not None:
                _count(gold["entity"], entity.gold.label or "")
            if entity.predicted is not None:
                score = entities[entity.predicted]
                _add(scored["entity"], entity.predicted.label or "", score, entity.kind)
        for relation in each.relations:
            if relation.gold is not None:
                _count(gold["relation"], relation.gold.label)
            if relation.predicted is not None:
                score = relations[relation.predicted]
                kind = "correct" if relation.kind == "type" else relation.kind
                _add(scored["relation"], relation.predicted.label, score, kind)
    return {
        task: {
            label: ScoredItems.of(
                np.array([score for score, _ in items.get(label, [])], float),
                np.array([correct for _, correct in items.get(label, [])], bool),
                gold[task].get(label, 0),
            )
            for label in sorted({*items, *gold[task]})
        }
        for task, items in scored.items()
    }


def _count(counts: dict[str, int], label: str) -> None:
    counts[label] = counts.get(label, 0) + 1


def _add(
    items: dict[str, list[tuple[float, bool]]], label: str, score: float | None, kind: str
) -> None:
    if score is not None:
        items.setdefault(label, []).append((score, kind == "correct"))


def labels_of(systems: Sequence[System], vocabulary: Vocabulary | None) -> dict[str, list[str]]:
    """All labels of the data and the predictions, by task, those of the vocabulary first."""
    found: dict[str, dict[str, None]] = {"entity": {}, "relation": {}}
    if vocabulary is not None:
        found["entity"].update(dict.fromkeys(vocabulary.entity_labels))
        found["relation"].update(dict.fromkeys(vocabulary.relation_labels))
    for system in systems:
        for task, labels in system.curves.items():
            found[task].update(dict.fromkeys(sorted(labels)))
        for document in system.outcomes:
            for task, outcome in document.by_task():
                for item in (outcome.gold, outcome.predicted):
                    if item is not None and item.label is not None:
                        found[task].setdefault(item.label)
    return {task: list(labels) for task, labels in found.items()}
