"""Annotations that a model contradicts, the most confident contradictions first.

They are candidates for mistakes of the annotation, to be checked by an annotator. The model must
not have been trained on the documents; a cross-validation gives such predictions for a whole
corpus.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jointre.data.schema import Document, Span
from jointre.evaluation.errors_by_kind import (
    DocumentOutcomes,
    EntityItem,
    RelationItem,
    compares_clusters,
    entity_items,
    relation_items,
)
from jointre.evaluation.metric import Metric
from jointre.reports.system import GoldScores, System


@dataclass(frozen=True, slots=True)
class Suspect:
    """An annotated item that the model contradicts, or an item that may have been forgotten.

    Args:
        document: Index of the document.
        task: Task, ``"entity"`` or ``"relation"``.
        kind: Kind of the error that it counts as.
        gold: The annotated item; None: the annotation has nothing there.
        predicted: What the model predicts instead; None: nothing.
        confidence: How certain the model is: the probability of its prediction, multiplied by
            those of the arguments of a relation, or the probability that the annotated item is
            wrong.
    """

    document: int
    task: str
    kind: str
    gold: EntityItem | RelationItem | None
    predicted: EntityItem | RelationItem | None
    confidence: float

    def to_dict(self, document: Document) -> dict[str, Any]:
        """The suspect with texts and characters, for annotators and their tools.

        Args:
            document: The annotated document.
        """
        return {
            "document": document.id,
            "task": self.task,
            "kind": self.kind,
            "confidence": round(self.confidence, 4),
            "annotated": _described(self.gold, document),
            "predicted": _described(self.predicted, document),
        }


def suspects(gold: Sequence[Document], system: System, metric: Metric, count: int) -> list[Suspect]:
    """The most confident contradictions.

    Args:
        gold: The annotated documents.
        system: Predictions of a model that was not trained on them.
        metric: The protocol.
        count: Largest number of suspects.
    """
    clustered = compares_clusters(metric)
    symmetric = frozenset[str]() if clustered else metric.symmetric
    found: list[Suspect] = []
    for number in range(len(gold)):
        predicted = system.predicted[number]
        entities = dict(entity_items(predicted, clustered))
        relations = dict(relation_items(predicted, symmetric, clustered))
        scores = None if system.gold_scores is None else system.gold_scores[number]
        found += _of_document(number, system.outcomes[number], entities, relations, scores)
    found.sort(key=lambda suspect: -suspect.confidence)
    return found[:count]


def _of_document(
    number: int,
    outcomes: DocumentOutcomes,
    entities: Mapping[EntityItem, float | None],
    relations: Mapping[RelationItem, float | None],
    gold_scores: GoldScores | None,
) -> Iterator[Suspect]:
    for entity in outcomes.entities:
        if entity.kind == "correct":
            continue
        confidence = None
        if entity.predicted is not None:
            confidence = entities[entity.predicted]
        elif gold_scores is not None and entity.gold is not None:
            confidence = 1 - gold_scores[0].get(entity.gold, 0.0)
        if confidence is not None:
            yield Suspect(number, "entity", entity.kind, entity.gold, entity.predicted, confidence)
    for relation in outcomes.relations:
        if relation.kind == "correct":
            continue
        confidence = None
        item = relation.predicted
        if item is not None:
            confidence = relations[item]
            for argument in (item.head, item.tail):
                score = entities.get(argument)
                if confidence is not None and score is not None:
                    confidence *= score
        elif gold_scores is not None and relation.gold is not None:
            confidence = 1 - gold_scores[1].get(relation.gold, 0.0)
        if confidence is not None:
            yield Suspect(number, "relation", relation.kind, relation.gold, item, confidence)


def _described(item: EntityItem | RelationItem | None, document: Document) -> Any:
    if item is None:
        return None
    if isinstance(item, RelationItem):
        head, tail = _described(item.head, document), _described(item.tail, document)
        return {"label": item.label, "head": head, "tail": tail}
    mentions = [_mention(span, document) for span in item.mentions]
    return {"label": item.label, "mentions": mentions}


def _mention(span: Span, document: Document) -> dict[str, Any]:
    mention: dict[str, Any] = {"text": document.text_of(span), "tokens": [span.start, span.end]}
    if document.offsets is not None:
        mention["chars"] = [document.offsets[span.start][0], document.offsets[span.end - 1][1]]
    return mention
