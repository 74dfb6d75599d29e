"""Predict annotated documents and collect what the model thought of every candidate."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Any

from jointre.data.context import places_of
from jointre.data.schema import Document, Span
from jointre.data.split import join, split
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ConfigError
from jointre.evaluation.score_curves import ScoredItems
from jointre.models.candidates import FLOOR, JudgedCandidates
from jointre.models.model import Item, Model
from jointre.models.predict import predict

Judged = dict[str, JudgedCandidates]
"""The candidates of each task, ``"entity"`` and ``"relation"``."""


def judges_candidates(model: Model) -> bool:
    """Whether a model can compare its candidates with the annotation."""
    return type(model).judged_candidates is not Model.judged_candidates


def predict_judged(
    model: Model,
    documents: Sequence[Document],
    progress: Callable[[int], None] = lambda units: None,
) -> tuple[list[Document], Judged]:
    """Predict annotated documents; the result is the predicted documents and the candidates.

    Args:
        model: The model, in evaluation mode.
        documents: Annotated documents, at least one with a word.
        progress: Called with the number of units of each finished batch.

    Raises:
        ConfigError: The model does not compare its candidates with the annotation.
    """
    if not judges_candidates(model):
        raise ConfigError(
            f"model {model.registered_name!r} does not say what its candidates are: write its "
            "method judged_candidates"
        )
    batches: list[Judged] = []

    def collect(model: Model, output: Any, stages: Any, items: Sequence[Item]) -> None:
        batches.append(model.judged_candidates(output, stages, [item.visible for item in items]))

    units = split(documents, model.unit)
    predictions = predict(
        model,
        [unit.document for unit in units],
        model.preparer("predict"),
        places=places_of(documents, units),
        observers=[collect],
        progress=progress,
    )
    tasks = batches[0] if batches else {}
    judged = {task: JudgedCandidates.cat([batch[task] for batch in batches]) for task in tasks}
    return join(documents, units, predictions), judged


def score_annotation(
    model: Model,
    documents: Sequence[Document],
    predicted: Sequence[Document] | None = None,
    progress: Callable[[int], None] = lambda units: None,
) -> list[Document]:
    """The documents with their annotated entities and the model's probability of each label.

    Their relations are those between annotated entities to which the model gives at least
    ``FLOOR``, whether they are annotated or not.

    Args:
        model: The model, in evaluation mode.
        documents: Annotated documents.
        predicted: The same documents as the model predicts them. If given, only sentences with
            an annotation that was not predicted are scored, or whole documents for a model of
            documents; others stay as they are.
        progress: Called with the number of units of each finished batch.
    """
    units = split(documents, model.unit)
    places = places_of(documents, units)
    chosen = list(range(len(units)))
    if predicted is not None:
        found = split(predicted, model.unit)
        chosen = [i for i in chosen if _items(units[i].document) - _items(found[i].document)]
    with model.all_relations(FLOOR):
        scored = predict(
            model,
            [units[i].document for i in chosen],
            model.preparer("given"),
            places=[places[i] for i in chosen],
            entities="given",
            progress=progress,
        )
    parts = [unit.document for unit in units]
    for i, document in zip(chosen, scored, strict=True):
        parts[i] = document
    return join(documents, units, parts)


def _items(document: Document) -> set[Hashable]:
    """The entities and relations of a document, each with its mentions and labels."""
    entities = [(entity.label, frozenset(entity.mentions)) for entity in document.entities]
    relations = {
        (relation.label, entities[relation.head], entities[relation.tail])
        for relation in document.relations
    }
    return {*entities, *relations}


def scored_items(
    candidates: JudgedCandidates,
    labels: Sequence[str],
    gold: Mapping[str, int],
) -> dict[str, ScoredItems]:
    """The possible predictions of each label.

    Where labels exclude one another, a candidate is one of its most probable label only.

    Args:
        candidates: Candidates of a task.
        labels: The labels, in the order of the probabilities.
        gold: Number of gold items of each label.
    """
    possible = candidates.possible
    return {
        label: ScoredItems.of(
            candidates.labels[possible[:, i], i].astype(float),
            candidates.gold[possible[:, i], i],
            gold.get(label, 0),
        )
        for i, label in enumerate(labels)
    }


def gold_counts(documents: Sequence[Document], vocabulary: Vocabulary) -> dict[str, dict[str, int]]:
    """Number of distinct annotated entities and relations of each label, by task.

    Args:
        documents: Annotated documents.
        vocabulary: Its symmetric relations are counted once in either direction.
    """
    counts: dict[str, dict[str, int]] = {"entity": {}, "relation": {}}
    for document in documents:
        entities = {
            (entity.label, frozenset(entity.mentions))
            for entity in document.entities
            if entity.label is not None
        }
        for label, _ in entities:
            counts["entity"][label] = counts["entity"].get(label, 0) + 1
        relations: set[tuple[str, Collection[Collection[Span]]]] = set()
        for relation in document.relations:
            arguments = [
                frozenset(document.entities[index].mentions)
                for index in (relation.head, relation.tail)
            ]
            if relation.label in vocabulary.symmetric:
                relations.add((relation.label, frozenset(arguments)))
            else:
                relations.add((relation.label, tuple(arguments)))
        for label, _ in relations:
            counts["relation"][label] = counts["relation"].get(label, 0) + 1
    return counts
