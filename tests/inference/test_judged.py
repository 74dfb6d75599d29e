"""The candidates of annotated documents, and the number of annotated items."""

from dataclasses import replace
from pathlib import Path

import pytest

from jointre.config import construct
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.formats import Reader
from jointre.inference import Predictor
from jointre.inference.judged import (
    gold_counts,
    judges_candidates,
    predict_judged,
    score_annotation,
    scored_items,
)
from jointre.models import archive


def test_predictions_are_those_of_the_predictor(overfitted: Path) -> None:
    model = archive.load(overfitted).model
    documents = list(construct(Reader, "jsonl").read(overfitted.parent / "two.jsonl"))
    steps: list[int] = []
    predicted, judged = predict_judged(model, documents, steps.append)
    assert judges_candidates(model)
    assert predicted == Predictor.load(overfitted, device="cpu").documents(documents)
    assert sum(steps) == len(documents)
    vocabulary = model.vocabulary
    items = scored_items(
        judged["entity"], vocabulary.entity_labels, gold_counts(documents, vocabulary)["entity"]
    )
    for label, scored in items.items():
        gold = sum(entity.label == label for d in documents for entity in d.entities)
        assert scored.gold == gold
        # It knows them by heart: the items above one half are the annotated ones.
        assert scored.counts_at(0.5) == (gold, gold, gold)


def test_distinct_items_are_counted() -> None:
    """Repetitions count once, and both directions of a symmetric relation are one."""
    ada, bob = Entity("Per", (Span(0, 1),)), Entity("Per", (Span(2, 3),))
    document = Document(
        "d",
        ("Ada", "and", "Bob"),
        entities=(ada, bob, ada, Entity(None, (Span(1, 2),))),
        relations=(
            Relation("with", 0, 1),
            Relation("with", 1, 2),
            Relation("knows", 0, 1),
            Relation("knows", 1, 0),
        ),
    )
    counts = gold_counts(
        [document, document], Vocabulary(("Per",), ("with", "knows"), frozenset({"with"}))
    )
    assert counts == {"entity": {"Per": 4}, "relation": {"with": 2, "knows": 4}}


@pytest.mark.parametrize("unit", ["overfitted_documents", "overfitted_pairs"])
def test_documents_of_several_sentences(unit: str, request: pytest.FixtureRequest) -> None:
    run = request.getfixturevalue(unit)
    model = archive.load(run).model
    documents = list(construct(Reader, "jsonl").read(run.parent / "two.jsonl"))
    predicted, judged = predict_judged(model, documents)
    assert [document.id for document in predicted] == [document.id for document in documents]
    assert judged["relation"].gold.sum() > 0


@pytest.mark.parametrize(
    "fixture", ["overfitted", "overfitted_table", "overfitted_pairs", "overfitted_documents"]
)
def test_what_is_learnt_by_heart_is_probable(fixture: str, request: pytest.FixtureRequest) -> None:
    """Annotated labels and relations have high probabilities, changed ones have low ones."""
    run = request.getfixturevalue(fixture)
    model = archive.load(run).model
    documents = list(construct(Reader, "jsonl").read(run.parent / "two.jsonl"))
    labels = model.vocabulary.entity_labels
    changed = [
        replace(
            document,
            entities=tuple(
                replace(entity, label=labels[labels.index(entity.label or "") - 1])
                for entity in document.entities
            ),
        )
        for document in documents
    ]
    right, wrong = score_annotation(model, documents), score_annotation(model, changed)
    for document, scored, other in zip(documents, right, wrong, strict=True):
        assert [e.mentions for e in scored.entities] == [e.mentions for e in document.entities]
        for entity, wrong_entity in zip(scored.entities, other.entities, strict=True):
            assert entity.score is not None
            assert wrong_entity.score is not None
            assert wrong_entity.score < 0.5 < entity.score
        scores = {(each.head, each.tail, each.label): each.score or 0 for each in scored.relations}
        for relation in document.relations:
            assert scores[relation.head, relation.tail, relation.label] > 0.5


def test_only_what_was_not_predicted_is_scored(tiny_run: Path) -> None:
    """Those sentences have the same probabilities as if all were scored."""
    model = archive.load(tiny_run).model
    documents = list(construct(Reader, "jsonl").read(tiny_run.parent / "train.jsonl"))
    predicted = predict_judged(model, documents)[0]
    everything = score_annotation(model, documents)
    steps: list[int] = []
    some = score_annotation(model, documents, predicted, steps.append)
    missed = [
        number
        for number, (document, found) in enumerate(zip(documents, predicted, strict=True))
        if not set(document.entities) <= set(found.entities)
        or len(document.relations) > len(found.relations)
    ]
    assert 0 < len(missed) <= sum(steps) <= len(documents)
    for number in missed:
        scores = [entity.score for entity in some[number].entities]
        assert scores == pytest.approx([entity.score for entity in everything[number].entities])
    perfect = score_annotation(model, documents, documents)
    assert perfect == documents
