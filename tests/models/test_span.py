"""The span model learns, is saved and predicts the same; its naive loops are elsewhere."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from jointre.config import Factory, construct
from jointre.data.schema import Document, Entity, Span
from jointre.errors import DataError
from jointre.evaluation.metric import Metric
from jointre.inference import Predictor
from jointre.inference.evaluate import evaluate
from jointre.models import archive
from jointre.testing.contracts import ModelContract
from tests.models.found import content, gold


def test_overfits_two_documents(overfitted: Path) -> None:
    """F1 is 1.0 on the training data, and the same after saving, loading and predicting."""
    metrics = json.loads((overfitted / "metrics.json").read_text())
    blocks = metrics["last"]["dev"]
    assert {name: block["f1"] for name, block in blocks.items() if name != "protocol"} == {
        "entity": 1.0,
        "relation_boundary": 1.0,
        "relation_strict": 1.0,
    }
    documents = gold(overfitted)
    predicted = Predictor.load(overfitted).documents(documents)
    assert content(predicted) == content(documents)
    assert [len(document.relations) for document in documents] == [2, 2]


class TestSpanModel(ModelContract):
    component = {
        "type": "span",
        "projection": {"type": "linear", "bias": False},
        "interaction": {"type": "ctam", "heads": 2, "dropout": 0.0},
        "width_dim": 8,
    }


class TestSpanModelWithTypes(ModelContract):
    """Endpoints, types, distances, and pairs with spans that are found by mistake."""

    component = {
        **TestSpanModel.component,
        "type": "span",
        "span_pooler": "endpoints",
        "relation_span_pooler": "endpoints",
        "type_embedding": {"type": "table", "dim": 4},
        "relation_spans": "predicted",
        "pair_encoder": {"type": "between_context", "distance_dim": 4},
    }


class TestSpanModelOfDocuments(ModelContract):
    component = {"type": "span", **TestSpanModel.component, "context": "document"}


class TestSpanModelOfWindows(ModelContract):
    component = {"type": "span", **TestSpanModel.component, "context": 24}


class TestSpanModelAcrossSentences(ModelContract):
    """Pairs of a document's mentions, with the context, distances and wrong spans of documents."""

    component = {
        "type": "span",
        **TestSpanModelWithTypes.component,
        "context": "document",
        "pairs": "document",
    }


class TestSpanModelOfNeighbours(ModelContract):
    """Pairs of neighbouring sentences, which the encoder reads alone."""

    component = {"type": "span", **TestSpanModel.component, "pairs": 1}


class TestPrunedSpanModel(ModelContract):
    component = {
        "type": "span",
        "projection": "identity",
        "interaction": "none",
        "span_enumerator": {"type": "pruned", "ratio": 2.0},
    }


def test_saved_again_it_predicts_the_same_scores(overfitted: Path, tmp_path: Path) -> None:
    loaded = archive.load(overfitted)
    archive.save(loaded.model, loaded.config, tmp_path / "again")
    texts = gold(overfitted)
    one = Predictor(loaded.model).documents(texts)
    other = Predictor.load(tmp_path / "again").documents(texts)
    assert one == other
    assert [e.score for d in one for e in d.entities] == [
        e.score for d in other for e in d.entities
    ]


def test_evaluation_says_what_training_said(overfitted: Path) -> None:
    loaded = archive.load(overfitted)
    metric = construct(Factory[Metric], "spert")(symmetric=loaded.model.vocabulary.symmetric)
    report, _ = evaluate(loaded.model, gold(overfitted), metric)
    stored = json.loads((overfitted / "metrics.json").read_text())["last"]["dev"]
    assert report.to_dict() == stored


def test_given_entities_stay(overfitted: Path) -> None:
    """Odd spans and labels are kept; a null label is chosen; relations run between them."""
    document = gold(overfitted)[0]
    entities = (
        Entity("Event", (Span(0, 2),)),
        Entity(None, (Span(13, 14),)),
        Entity("Place", (Span(7, 9),)),
    )
    asked = replace(document, entities=entities, relations=())
    found = Predictor.load(overfitted)(asked, entities="given")
    assert [entity.mentions for entity in found.entities] == [e.mentions for e in entities]
    assert [entity.label for entity in found.entities] == ["Event", "Place", "Place"]
    assert all(0 <= (entity.score or -1) <= 1 for entity in found.entities)


def test_given_gold_entities_give_gold_relations(overfitted: Path) -> None:
    documents = gold(overfitted)
    asked = [replace(document, relations=()) for document in documents]
    assert Predictor.load(overfitted).documents(asked, entities="given") == documents


def test_given_labels_must_be_known(overfitted: Path) -> None:
    document = Document("d9", ("a", "b"), entities=(Entity("Ship", (Span(0, 1),)),))
    with pytest.raises(DataError) as caught:
        Predictor.load(overfitted)(document, entities="given")
    assert str(caught.value) == (
        "document 'd9': the model has no entity label 'Ship'; it has Person, Organization, Place, "
        "Event, or null lets it choose"
    )
