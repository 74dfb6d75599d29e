from pathlib import Path

from jointre.config import construct
from jointre.evaluation.metric import Metric
from jointre.formats import Reader
from jointre.inference.evaluate import evaluate
from jointre.models import archive


def test_scores_and_predictions(overfitted: Path) -> None:
    model = archive.load(overfitted).model
    documents = list(construct(Reader, "jsonl").read(overfitted.parent / "two.jsonl"))
    metric = Metric.by_name("spert")(symmetric=frozenset())
    steps: list[int] = []
    report, predicted = evaluate(model, documents, metric, steps.append)
    assert report.blocks["relation_strict"].f1 == 1.0
    assert [document.id for document in predicted] == [document.id for document in documents]
    assert sum(steps) == 2


def test_relations_alone_are_measured(tiny_run: Path) -> None:
    """Given entities are all right; every relation is one between them."""
    model = archive.load(tiny_run).model
    documents = list(construct(Reader, "jsonl").read(tiny_run.parent / "test.jsonl"))
    metric = Metric.by_name("spert")(symmetric=frozenset())
    report, predicted = evaluate(model, documents, metric, entities="given")
    assert report.blocks["entity"].f1 == 1.0
    assert report.blocks["relation_boundary"].f1 == report.blocks["relation_strict"].f1
    for one, gold in zip(predicted, documents, strict=True):
        assert [e.mentions for e in one.entities] == [e.mentions for e in gold.entities]
    found, _ = evaluate(model, documents, metric)
    assert found.blocks["entity"].f1 < 1.0
