"""Synthetic predictions with planted errors, whose exact numbers are known."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.evaluation.metric import Metric
from jointre.evaluation.protocols.spert import SpertMetric
from jointre.reports import ErrorReport, System
from jointre.reports.system import Predictions

METRIC: Metric = SpertMetric(frozenset())
WORDS = (
    *("Ada", "Lovelace", "works", "for", "Analytical", "Engines", "in", "London", "with", "Mary"),
    *("Shelley", "of", "Bath"),
)


def gold_document(number: int) -> Document:
    """A sentence with four entities and two relations."""
    return Document(
        f"d{number}",
        WORDS,
        entities=(
            Entity("Person", (Span(0, 2),)),
            Entity("Organization", (Span(4, 6),)),
            Entity("Place", (Span(7, 8),)),
            Entity("Person", (Span(9, 11),)),
        ),
        relations=(Relation("works_for", 0, 1), Relation("based_in", 1, 2)),
    )


def scored(document: Document, score: float = 0.75) -> Document:
    """The document with scores, as a model predicts it."""
    return replace(
        document,
        entities=tuple(replace(entity, score=score) for entity in document.entities),
        relations=tuple(replace(relation, score=score) for relation in document.relations),
    )


def _entity(document: Document, index: int, **changes: object) -> Document:
    entities = list(document.entities)
    entities[index] = replace(entities[index], **changes)  # type: ignore[arg-type]
    return replace(document, entities=tuple(entities))


def _relation(document: Document, index: int, **changes: object) -> Document:
    relations = list(document.relations)
    relations[index] = replace(relations[index], **changes)  # type: ignore[arg-type]
    return replace(document, relations=tuple(relations))


def _more(document: Document, *relations: Relation) -> Document:
    return replace(document, relations=(*document.relations, *relations))


ERRORS: dict[tuple[str, str], Callable[[Document], Document]] = {
    ("entity", "type"): lambda d: _entity(d, 3, label="Place"),
    ("entity", "boundary"): lambda d: _entity(d, 3, mentions=(Span(9, 10),)),
    ("entity", "missed"): lambda d: replace(d, entities=d.entities[:3]),
    ("entity", "spurious"): lambda d: replace(
        d, entities=(*d.entities, Entity("Place", (Span(12, 13),), 0.75))
    ),
    ("relation", "direction"): lambda d: _relation(d, 0, head=1, tail=0),
    ("relation", "label"): lambda d: _relation(d, 0, label="lives_in"),
    ("relation", "argument"): lambda d: _relation(d, 0, head=3),
    ("relation", "missed"): lambda d: replace(d, relations=d.relations[1:]),
    ("relation", "spurious"): lambda d: _more(d, Relation("lives_in", 3, 2, 0.75)),
}
"""One error of each kind that changes no other item."""


def planted(times: int) -> tuple[list[Document], list[Document], Counter[tuple[str, str]]]:
    """Gold and predicted documents, and the number of errors of each kind.

    The first kind is planted in ``times`` documents, each following one in one document more.
    Further documents are correct.

    Args:
        times: Number of documents with the first kind of error.
    """
    gold: list[Document] = []
    predicted: list[Document] = []
    counts: Counter[tuple[str, str]] = Counter()
    for number, (key, make) in enumerate(ERRORS.items()):
        for _ in range(times + number):
            gold.append(gold_document(len(gold)))
            predicted.append(make(scored(gold[-1])))
            counts[key] += 1
    for _ in range(5):
        gold.append(gold_document(len(gold)))
        predicted.append(scored(gold[-1]))
    return gold, predicted, counts


def planted_report(times: int = 2, other: bool = False) -> ErrorReport:
    """The report of planted errors; with ``other``, compared with predictions without errors."""
    gold, predicted, _ = planted(times)
    systems = [System.of("wrong", Predictions(predicted), gold, METRIC)]
    if other:
        right = Predictions([scored(document) for document in gold])
        systems.append(System.of("right", right, gold, METRIC))
    return ErrorReport.of("planted", gold, METRIC, systems)
