from pathlib import Path

from jointre.config import construct
from jointre.data.readers import Reader
from jointre.evaluation.metric import Metric
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
