"""Loggers: what arrives in each tracker, a real MLflow server, and what is missing."""

import csv
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from jointre.config import construct
from jointre.errors import ConfigError
from jointre.training.loggers import TrainingLogger, check_loggers
from jointre.training.run import train
from jointre.training.run_files import foreign_entries
from tests.tiny_runs import experiment, make_data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("data"))


def trained(data: Path, path: Path, loggers: list[Any], **changes: Any) -> tuple[Any, list[str]]:
    """The metrics of a training of three epochs, and its messages."""
    lines: list[str] = []
    config = experiment(data, {"training.loggers": loggers, "training.epochs": 3, **changes})
    return train(config, path, log=lines.append).metrics, lines


def events(folder: Path) -> dict[str, list[float]]:
    """The scalars of TensorBoard's files."""
    module = import_module("tensorboard.backend.event_processing.event_accumulator")
    read = module.EventAccumulator(str(folder))
    read.Reload()
    return {tag: [e.value for e in read.Scalars(tag)] for tag in read.Tags()["scalars"]}


def history(run: Path) -> list[dict[str, str]]:
    with (run / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def test_files_of_trackers(data: Path, tmp_path: Path) -> None:
    """The scores in TensorBoard and in the table are those of the run's own history."""
    run = tmp_path / "run"
    metrics, lines = trained(data, run, ["tensorboard", "csv"])
    assert not [line for line in lines if "the logger" in line]
    rows = history(run)
    expected = [float(row["entity_f1"]) for row in rows]
    logged = events(run / "tensorboard" / "version_0")
    assert logged["entity_f1"] == pytest.approx(expected)
    assert logged["loss_epoch"] == pytest.approx([float(row["loss"]) for row in rows])
    with (run / "csv" / "version_0" / "metrics.csv").open() as file:
        table = [row["relation_strict_recall"] for row in csv.DictReader(file)]
    assert [float(value) for value in table if value] == pytest.approx(
        [float(row["relation_strict_recall"]) for row in rows]
    )
    assert "model.type: span" in (run / "csv" / "version_0" / "hparams.yaml").read_text()
    assert foreign_entries(run) == []
    assert trained(data, tmp_path / "without", [])[0] == metrics


def test_the_former_option(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    _, lines = trained(data, run, [], **{"training.tensorboard": True})
    assert (
        "warning: training.tensorboard is a former option; write training.loggers: ['tensorboard']"
        in lines
    )
    assert events(run / "tensorboard" / "version_0")["entity_f1"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of an MLflow server in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--backend-store-uri", f"sqlite:///{tmp_path / 'mlflow.db'}"]
    command += ["--default-artifact-root", str(tmp_path / "artifacts")]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, start_new_session=True, cwd=tmp_path
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert process.poll() is None, (tmp_path / "server.log").read_text()
            try:
                with urllib.request.urlopen(f"{address}/health", timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def test_a_real_mlflow_server(data: Path, tmp_path: Path, server: str) -> None:
    """Scores, the experiment and the tags arrive; a server that has gone is an error beforehand."""
    from mlflow.tracking import MlflowClient

    run = tmp_path / "my_run"
    logger = {
        "type": "mlflow",
        "tracking_uri": server,
        "experiment": "news",
        "tags": {"team": "blue"},
    }
    _, lines = trained(data, run, [logger])
    assert not [line for line in lines if "the logger" in line]
    client = MlflowClient(server)
    found = client.get_experiment_by_name("news")
    assert found is not None
    (tracked,) = client.search_runs([found.experiment_id])
    assert (tracked.info.run_name, tracked.info.status) == ("my_run", "FINISHED")
    assert tracked.data.tags["team"] == "blue"
    assert tracked.data.params["model.type"] == "span"
    assert tracked.data.params["training.epochs"] == "3"
    logged = client.get_metric_history(tracked.info.run_id, "entity_f1")
    assert [each.value for each in logged] == pytest.approx(
        [float(row["entity_f1"]) for row in history(run)]
    )
    assert foreign_entries(run) == []


def test_a_server_that_does_not_answer(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:  # bound, but nothing listens
        taken.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigError, match=r"loggers\[1\]: tracking_uri='http:.*start the"):
            trained(data, tmp_path / "run", ["csv", {"type": "mlflow", "tracking_uri": uri}])
    assert not (tmp_path / "run").exists()
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(ConfigError, match="MLFLOW_TRACKING_URI is not set"):
        trained(data, tmp_path / "run", ["mlflow"])


def test_weights_and_biases_offline(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files lie in the run, which can still be replaced."""
    monkeypatch.setenv("WANDB_SILENT", "true")
    run = tmp_path / "run"
    logger = {"type": "wandb", "offline": True, "project": "news", "tags": ["a"]}
    _, lines = trained(data, run, [logger])
    assert not [line for line in lines if "the logger" in line]
    (written,) = (run / "wandb").glob("offline-run-*")
    assert list(written.glob("*.wandb"))
    assert foreign_entries(run) == []
    (run / "wandb" / "mine.txt").write_text("mine")
    assert foreign_entries(run) == ["wandb/mine.txt"]
    (run / "wandb" / "mine.txt").unlink()
    import wandb

    wandb.finish()
    config = experiment(data, {"training.epochs": 1})
    train(config, run, force=True, log=lambda line: None)
    assert not (run / "wandb").exists()


@pytest.mark.parametrize(
    ("name", "module"), [("tensorboard", "tensorboard"), ("mlflow", "mlflow"), ("wandb", "wandb")]
)
def test_missing_packages(name: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = "jointre.training.loggers.find_spec"
    monkeypatch.setattr(target, lambda wanted: None if wanted == module else wanted)
    message = rf"loggers\[0\]: needs .*pip install 'jointre\[{name}\]'"
    with pytest.raises(ConfigError, match=message):
        check_loggers([construct(TrainingLogger, name)])
