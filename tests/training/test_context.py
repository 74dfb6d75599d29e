"""Context has no effect on a corpus of single sentences, and a training says so once."""

import json
from pathlib import Path
from typing import Any

import pytest

from jointre.inference import Predictor
from jointre.models import archive
from jointre.training.run import train
from tests.tiny_runs import experiment, make_documents

IDLE = (
    "train: every document is a single sentence, so model.context={context!r} has no effect: the "
    "model is trained, and will predict, as with 'sentence'. Give the reader documents of several "
    "sentences, or leave model.context out"
)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_documents(tmp_path_factory.mktemp("documents"))


def weights(run: Path) -> bytes:
    return (run / "archive" / "model.safetensors").read_bytes()


@pytest.mark.parametrize("context", ["document", 20])
def test_single_sentences(tiny_data: Path, tmp_path: Path, context: Any) -> None:
    """Weights, scores and predictions are those without context."""
    told: list[str] = []
    config = experiment(tiny_data, {"training.epochs": 2, "model.context": context})
    train(config, tmp_path / "run", log=told.append)
    assert [line for line in told if "context" in line] == [IDLE.format(context=context)]
    train(experiment(tiny_data, {"training.epochs": 2}), tmp_path / "alone")
    assert weights(tmp_path / "run") == weights(tmp_path / "alone")
    scores = [
        json.loads((tmp_path / name / "metrics.json").read_text()) for name in ("run", "alone")
    ]
    assert scores[0] == scores[1]
    assert archive.load(tmp_path / "run").config["context"] == "sentence"
    assert Predictor.load(tmp_path / "run").model.context == "sentence"
    assert json.loads((tmp_path / "run" / "config.json").read_text())["model"]["context"] == context


def test_documents_of_several_sentences(documents: Path, tmp_path: Path) -> None:
    """The log is silent, training uses the context, and the archive reads it."""
    runs = {}
    for context in ("sentence", "document", 60):
        told: list[str] = []
        changes = {"training.epochs": 2, "model.context": context, "model.encoder.stride": 16}
        config = experiment(documents, changes)
        train(config, tmp_path / str(context), log=told.append)
        assert not [line for line in told if "context" in line]
        runs[context] = weights(tmp_path / str(context))
        assert archive.load(tmp_path / str(context)).config["context"] == context
    assert len(set(runs.values())) == 3


@pytest.mark.parametrize("workers", [0, 1])
def test_the_same_seed_trains_the_same(documents: Path, tmp_path: Path, workers: int) -> None:
    changes = {"training.epochs": 2, "model.context": "document", "model.encoder.stride": 16}
    for name, count in (("one", 0), ("other", workers)):
        train(experiment(documents, {**changes, "training.workers": count}), tmp_path / name)
    assert weights(tmp_path / "one") == weights(tmp_path / "other")
