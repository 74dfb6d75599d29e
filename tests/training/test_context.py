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
    "train: every document is a single sentence, so model.{option}={value!r} has no effect: the "
    "model is trained, and will predict, as with 'sentence'. Give the reader documents of several "
    "sentences, or leave model.{option} out"
)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_documents(tmp_path_factory.mktemp("documents"))


def weights(run: Path) -> bytes:
    return (run / "archive" / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    "options",
    [{"context": "document"}, {"context": 20}, {"pairs": 1}, {"context": 20, "pairs": "document"}],
)
def test_single_sentences(tiny_data: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    """Weights, scores and predictions are those without context."""
    told: list[str] = []
    changes = {f"model.{option}": value for option, value in options.items()}
    config = experiment(tiny_data, {"training.epochs": 2, **changes})
    train(config, tmp_path / "run", log=told.append)
    expected = [IDLE.format(option=option, value=value) for option, value in options.items()]
    assert [line for line in told if "single sentence" in line] == expected
    train(experiment(tiny_data, {"training.epochs": 2}), tmp_path / "alone")
    assert weights(tmp_path / "run") == weights(tmp_path / "alone")
    scores = [
        json.loads((tmp_path / name / "metrics.json").read_text()) for name in ("run", "alone")
    ]
    assert scores[0] == scores[1]
    resolved = json.loads((tmp_path / "run" / "config.json").read_text())["model"]
    for option, value in options.items():
        assert archive.load(tmp_path / "run").config[option] == "sentence"
        assert resolved[option] == value
    model = Predictor.load(tmp_path / "run").model
    assert (model.context, model.unit) == ("sentence", "sentence")


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
