"""On two threads, equal seeds give equal weights, whether a training was killed or not."""

import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.tiny_runs import ABSTRACTS, document_model, experiment, make_data, table_model
from tests.training.processes import start

DEADLINE = 120  # seconds
KILLED_AT = 6  # replaced files: in the second of two epochs


def changes(kind: str, folder: Path) -> dict[str, Any]:
    """What makes an experiment one of the three models.

    Batches and widths are large enough for two threads to share the work, and dropout acts.
    """
    common = {"training.epochs": 2, "training.batch_size": 12, "data.test": None}
    if kind == "span":
        sampler = {"type": "span", "entity_negatives": 100}
        return common | {"model.sampler": sampler, "model.width_dim": 64}
    if kind == "table":
        return common | {
            "model": table_model(folder / "encoder"),
            "training.protocol": "care",
            "training.monitor": ["entity_f1", "relation_cell_f1"],
        }
    coreference = {"type": "cosine"}
    return common | {
        "model": document_model(folder / "encoder", coreference=coreference, entity_dropout=0.1),
        "training.protocol": "jerex",
        "training.monitor": "relation_strict_f1",
    }


@pytest.fixture(scope="module", params=["span", "table", "document"])
def config(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp(request.param)
    make_data(folder, *[ABSTRACTS] if request.param == "document" else [])
    return experiment(folder, changes(request.param, folder))


def finish(config: Mapping[str, Any], path: Path, **options: Any) -> int | None:
    """Train with two threads in a process of its own; its exit code."""
    process = start(config, path, threads=2, **options)
    process.join(DEADLINE)
    return process.exitcode


def results(run: Path) -> tuple[bytes, dict[str, Any], str]:
    """Weights, scores and losses of a run."""
    return (
        (run / "archive" / "model.safetensors").read_bytes(),
        json.loads((run / "metrics.json").read_text()),
        (run / "metrics.csv").read_text(),
    )


def test_same_weights_on_two_threads(config: dict[str, Any], tmp_path: Path) -> None:
    assert finish(config, tmp_path / "first") == 0
    provenance = json.loads((tmp_path / "first" / "provenance.json").read_text())
    assert '"threads": 2' in json.dumps(provenance)
    assert finish(config, tmp_path / "second") == 0
    assert results(tmp_path / "second") == results(tmp_path / "first")
    assert finish(config, tmp_path / "killed", die_at=KILLED_AT) == -signal.SIGKILL
    assert (tmp_path / "killed" / "checkpoints" / "last.ckpt").exists()
    assert finish(config, tmp_path / "killed") == 0
    assert results(tmp_path / "killed") == results(tmp_path / "first")
