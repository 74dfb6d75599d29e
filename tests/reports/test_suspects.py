"""Suspects: what a model is certain of and the annotation contradicts."""

from pathlib import Path

from jointre.config import construct
from jointre.data.schema import Document, Entity, Span
from jointre.evaluation.metric import Metric
from jointre.formats import Reader
from jointre.inference.compared import PredictionSource
from jointre.models import archive
from jointre.reports.suspects import suspects
from jointre.reports.system import System, predictions_of


def test_planted_mistakes_of_the_annotation_are_found(overfitted: Path) -> None:
    """A model that knows the right annotation finds a deleted, a changed and an added item."""
    from dataclasses import replace

    documents = list(construct(Reader, "jsonl").read(overfitted.parent / "two.jsonl"))
    first, second = documents
    labels = archive.load(overfitted).model.vocabulary.entity_labels
    changed = first.entities[0]
    wrong_label = next(label for label in labels if label != changed.label)
    free = next(
        i
        for i in range(len(second.tokens))
        if not any(s.start <= i < s.end for e in second.entities for s in e.mentions)
    )
    spoiled = [
        replace(first, entities=(replace(changed, label=wrong_label), *first.entities[1:])),
        replace(
            second,
            entities=(*second.entities, Entity(labels[0], (Span(free, free + 1),))),
            relations=second.relations[1:],
        ),
    ]
    metric = Metric.by_name("spert")(symmetric=frozenset())
    source = PredictionSource(overfitted, archive.load(overfitted))
    system = System.of("s", predictions_of([source], spoiled), spoiled, metric)
    found = suspects(spoiled, system, metric, 100)
    assert min(each.confidence for each in found) > 0.5
    kinds = [(each.document, each.task, each.kind) for each in found]
    assert (0, "entity", "type") in kinds
    assert (1, "entity", "missed") in kinds  # the added one
    assert (1, "relation", "spurious") in kinds  # the deleted one
    # A wrong entity type makes the relations of this entity wrong, too.
    assert {kind for _, task, kind in kinds if task == "relation"} <= {"spurious", "type"}
    assert suspects(spoiled, system, metric, 1) == found[:1]


def test_characters_are_those_of_the_text() -> None:
    from jointre.reports.suspects import Suspect
    from tests.reports.planted import gold_document

    document = gold_document(0)
    text = " ".join(document.tokens)
    offsets, at = [], 0
    for token in document.tokens:
        offsets.append((at, at + len(token)))
        at += len(token) + 1
    known = Document("d", document.tokens, text, tuple(offsets))
    from jointre.evaluation.errors_by_kind import EntityItem

    suspect = Suspect(0, "entity", "missed", EntityItem((Span(4, 6),), "X"), None, 0.987654)
    described = suspect.to_dict(known)
    (mention,) = described["annotated"]["mentions"]
    start, end = mention["chars"]
    assert text[start:end] == mention["text"] == "Analytical Engines"
    assert (described["predicted"], described["confidence"]) == (None, 0.9877)
