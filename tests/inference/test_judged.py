"""The candidates of annotated documents, and the number of annotated items."""

from pathlib import Path

import pytest

from jointre.config import construct
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.formats import Reader
from jointre.inference import Predictor
from jointre.inference.judged import gold_counts, judges_candidates, predict_judged, scored_items
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
