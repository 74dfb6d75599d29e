"""Candidates with annotated labels: the accepted ones are counted as a metric counts them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from jointre.config import construct
from jointre.data.schema import Document
from jointre.evaluation.metric import Metric
from jointre.formats import Reader
from jointre.inference.judged import predict_judged
from jointre.models import archive
from jointre.models.candidates import FLOOR, JudgedCandidates
from jointre.models.model import Model
from jointre.nn.losses import LabelScores


def documents_of(run: Path) -> list[Document]:
    files = [run.parent / f"{name}.jsonl" for name in ("two", "test", "dev")]
    reader = construct(Reader, "jsonl")
    documents = [document for path in files if path.exists() for document in reader.read(path)]
    return [document for document in documents if document.tokens]


def accepted(model: Any, candidates: JudgedCandidates, task: Any) -> np.ndarray:
    """What the decoder accepts among the candidates."""
    none = None if candidates.none is None else torch.from_numpy(candidates.none)
    scores = LabelScores(torch.from_numpy(candidates.labels), none, candidates.exclusive)
    found: np.ndarray = model.decoder.accepted(scores, task).numpy()
    return found


@pytest.mark.parametrize(
    ("fixture", "protocol", "blocks"),
    [
        ("tiny_run", "spert", ("entity", "relation_boundary")),
        ("overfitted", "spert", ("entity", "relation_boundary")),
        ("overfitted_pairs", "spert", ("entity", "relation_boundary")),
        ("overfitted_table", "care", ("entity", "relation_cell")),
        ("overfitted_documents", "jerex", ("entity", "relation_boundary")),
    ],
)
def test_accepted_candidates_are_counted_like_predictions(
    fixture: str, protocol: str, blocks: tuple[str, str], request: pytest.FixtureRequest
) -> None:
    run = request.getfixturevalue(fixture)
    model = archive.load(run).model
    documents = documents_of(run)
    predicted, judged = predict_judged(model, documents)
    metric = Metric.by_name(protocol)(symmetric=model.vocabulary.symmetric)
    report = metric.score(documents, predicted)
    for task, block in zip(("entity", "relation"), blocks, strict=True):
        counts = report.blocks[block].counts
        assert counts is not None
        candidates = judged[task]
        chosen = accepted(model, candidates, task)
        assert (chosen & candidates.gold).sum() == counts.tp > 0
        assert chosen.sum() == counts.predicted
        assert candidates.labels.max(1).min() >= FLOOR


def test_a_family_without_the_method(tiny_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jointre.errors import ConfigError
    from jointre.models.span import SpanModel

    model = archive.load(tiny_run).model
    monkeypatch.setattr(SpanModel, "judged_candidates", Model.judged_candidates)
    with pytest.raises(ConfigError, match="write its method judged_candidates"):
        predict_judged(model, documents_of(tiny_run))


def test_both_directions_of_a_symmetric_relation_are_one_prediction() -> None:
    """The more probable direction stays; a pair without its reverse and other labels stay, too."""
    probabilities = torch.tensor([[0.6, 0.7], [0.8, 0.3], [0.5, 0.5], [0.001, 0.002]])
    keys: list[Any] = [(0, 1, 2, 5, 6), (0, 5, 6, 1, 2), (1, 1, 2, 5, 6), (1, 5, 6, 1, 2)]
    gold: dict[Any, set[int]] = {keys[0]: {0, 1}, keys[1]: {0}}

    def reverse(key: Any) -> Any:
        return (key[0], *key[3:], *key[1:3])

    judged = JudgedCandidates.of(
        LabelScores(probabilities, None, False),
        lambda rows: [keys[row] for row in rows.tolist()],
        gold,
        {0: reverse},
    )
    np.testing.assert_allclose(judged.labels, [[0.0, 0.7], [0.8, 0.3], [0.5, 0.5]], rtol=1e-6)
    assert judged.gold.tolist() == [[False, True], [True, False], [False, False]]
    assert judged.possible.tolist() == [[False, True], [True, True], [True, True]]


def test_mutually_exclusive_labels_leave_one_possible() -> None:
    table = torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.3, 0.6]])
    judged = JudgedCandidates.of(
        LabelScores(table[:, 1:], table[:, 0], True), lambda rows: [(0,), (1,)], {}
    )
    assert judged.possible.tolist() == [[True, False], [False, True]]
    hotter = judged.calibrated(2.0)
    expected = (table.log() / 2).softmax(1)
    np.testing.assert_allclose(hotter.labels, expected[:, 1:].numpy(), rtol=1e-6)
    assert hotter.none is not None
    np.testing.assert_allclose(hotter.none, expected[:, 0].numpy(), rtol=1e-6)
