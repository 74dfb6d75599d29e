"""A span enumerator with a scorer inside the span and the document model."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from jointre.data.schema import Document, Entity, Span
from jointre.models import archive
from jointre.models.model import Item
from jointre.models.pruning import SpanRecall
from jointre.models.span import SpanModel
from jointre.positions import Spans
from jointre.training.run import train
from tests import tiny_runs

PRUNED = {"type": "pruned", "spans": {"type": "all_spans", "max_width": 4}, "ratio": 1.0}


def rows(*triples: tuple[int, int, int]) -> Spans:
    import torch

    unit, start, end = torch.tensor(triples).T
    return Spans(unit, start, end)


def test_recall_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Distinct gold mentions count; a kept span of another unit does not."""
    units = [
        Document("a", tuple("abcd"), entities=(Entity("X", (Span(0, 2), Span(3, 4))),)),
        Document(
            "b", tuple("ab"), entities=(Entity("X", (Span(0, 1),)), Entity("Y", (Span(0, 1),)))
        ),
    ]
    recall = SpanRecall()
    assert recall.ratio == 1.0
    monkeypatch.setattr(SpanModel, "kept_spans", lambda model, output: output)
    model = SpanModel.__new__(SpanModel)
    pieces: Any = None
    items = [Item(number, unit, pieces, unit) for number, unit in enumerate(units)]
    recall(model, rows((0, 0, 2), (1, 0, 2), (1, 3, 4)), None, items)
    assert (recall.kept_mentions, recall.gold_mentions) == (1, 3)
    recall(model, rows((0, 0, 1)), None, items[1:])
    recall(model, None, None, items)  # without a trained enumerator
    assert str(recall) == "the span enumerator keeps 50.00 % of the gold mentions (2 of 4)"


@pytest.fixture(scope="module", params=["span", "document"])
def pruned_run(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose span enumerator prunes."""
    folder = tmp_path_factory.mktemp("pruned")
    corpus = tiny_runs.ABSTRACTS if request.param == "document" else tiny_runs.NEWSWIRE
    data = tiny_runs.make_data(folder, corpus)
    changes: dict[str, Any] = {}
    if request.param == "document":
        changes["model"] = tiny_runs.document_model(data / "encoder")
        changes |= {"training.protocol": "jerex", "training.monitor": "entity_f1"}
    changes["model.span_enumerator"] = PRUNED
    config = tiny_runs.experiment(data, changes)
    train(config, folder / "run", log=lambda line: None)
    return folder / "run"


def test_pruning_is_trained_logged_and_kept(pruned_run: Path) -> None:
    """The recall of gold mentions is in the history, and the model keeps one span per word."""
    history = list(csv.DictReader((pruned_run / "metrics.csv").read_text("utf-8").splitlines()))
    recalls = [float(row["span_recall"]) for row in history]
    assert all(0 < recall <= 1 for recall in recalls)
    model = archive.load(pruned_run).model.eval()
    assert any("span_enumerator.score" in name for name, _ in model.named_parameters())
    preparer = model.preparer("predict")
    words = json.loads((pruned_run / "../dev.jsonl").read_text().splitlines()[0])["tokens"]
    batch = preparer([preparer.item(0, Document("d", tuple(words * 2)))])
    kept = model.kept_spans(model(batch))
    assert kept is not None
    assert batch.spans is not None
    assert len(kept) == max(10, 2 * len(words)) < len(batch.spans)
