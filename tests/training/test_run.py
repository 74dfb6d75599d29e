import csv
import json
from pathlib import Path
from typing import Any

import pytest
import torch

import jointre
from jointre.errors import ConfigError, DataError, RunError
from jointre.evaluation.metric import Metric
from jointre.formats import JsonlReader
from jointre.models import archive
from jointre.training.lightning_callbacks import Epochs
from jointre.training.module import TrainingModule
from jointre.training.run import Result, train
from tests.tiny_runs import document_model, experiment, table_model, write_config

SPLIT = {"precision", "recall", "f1", "support", "macro_f1", "per_type"}


def run(folder: Path, path: Path, changes: dict[str, Any] | None = None, **options: Any) -> Result:
    config = experiment(folder, {"training.epochs": 1, **(changes or {})})
    return train(config, path, **{"log": lambda line: None, **options})


def weights(path: Path) -> bytes:
    return (path / "archive" / "model.safetensors").read_bytes()


def metrics(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((path / "metrics.json").read_text())
    return loaded


def rows(path: Path) -> list[dict[str, str]]:
    with (path / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def test_what_a_run_directory_holds(tiny_run: Path) -> None:
    assert sorted(path.name for path in tiny_run.iterdir()) == [
        "archive",
        "config.json",
        "counts.jsonl",
        "log.txt",
        "metrics.csv",
        "metrics.json",
        "provenance.json",
        "run.json",
    ]
    assert sorted(path.name for path in (tiny_run / "archive").iterdir()) == [
        "README.md",
        "checksums.json",
        "config.json",
        "encoder",
        "model.safetensors",
        "vocabulary.json",
    ]
    log = (tiny_run / "log.txt").read_text().splitlines()
    assert "24 training units, 6 batches per epoch, 10 dev units" in log[0]
    assert "the best epoch is selected by dev entity_f1" in log[1]
    assert "epoch 1: loss " in log[2]
    assert "epoch 2: loss " in log[3]


def test_metrics_contract(tiny_run: Path) -> None:
    found = metrics(tiny_run)
    assert set(found) == {"protocol", "best", "last"}
    assert found["protocol"] == "spert"
    for name in ("best", "last"):
        assert set(found[name]) == {"epoch", "dev", "test"}
        for split in ("dev", "test"):
            block = found[name][split]
            assert set(block) == {"protocol", "entity", "relation_boundary", "relation_strict"}
            assert set(block["entity"]) == SPLIT
            assert 0 <= block["entity"]["f1"] <= 1
    assert found["last"]["epoch"] == 5
    history = rows(tiny_run)
    assert [row["epoch"] for row in history] == ["1", "2", "3", "4", "5"]
    assert float(history[4]["entity_f1"]) == found["last"]["dev"]["entity"]["f1"]


def test_provenance(tiny_run: Path, tiny_data: Path) -> None:
    facts = json.loads((tiny_run / "provenance.json").read_text())
    assert (facts["seed"], facts["epochs"]) == (3, 5)
    names = [Path(name).name for name in facts["data_sha256"]]
    assert names == ["train.jsonl", "dev.jsonl", "test.jsonl", "types.json"]


def test_the_resolved_config_trains_the_same(
    tiny_data: Path, tiny_run: Path, tmp_path: Path
) -> None:
    """It is complete; and the same seed gives the same bytes."""
    resolved = json.loads((tiny_run / "config.json").read_text())
    train(resolved, tmp_path / "again")
    assert json.loads((tmp_path / "again" / "config.json").read_text()) == resolved
    assert weights(tmp_path / "again") == weights(tiny_run)
    assert rows(tmp_path / "again") == rows(tiny_run)


def test_workers_change_nothing_and_seeds_do(
    tiny_data: Path, tiny_run: Path, tmp_path: Path
) -> None:
    run(tiny_data, tmp_path / "a", {"training.epochs": 5, "training.workers": 1})
    assert weights(tmp_path / "a") == weights(tiny_run)
    run(tiny_data, tmp_path / "b", {"training.epochs": 5, "seed": 4})
    assert weights(tmp_path / "b") != weights(tiny_run)


def test_recover_of_a_finished_run_does_nothing(tiny_data: Path, tiny_run: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in tiny_run.rglob("*")}
    told: list[str] = []
    result = run(tiny_data, tiny_run, {"training.epochs": 5}, recover=True, log=told.append)
    assert told == [f"{tiny_run}: the run is finished; nothing is left to do"]
    assert result.metrics == metrics(tiny_run)
    assert {path: path.stat().st_mtime_ns for path in tiny_run.rglob("*")} == before


def test_recover_with_another_config(tiny_data: Path, tiny_run: Path) -> None:
    with pytest.raises(RunError, match=r"training\.optimizer\.lr: 0\.003 there, 0\.5 now"):
        run(
            tiny_data,
            tiny_run,
            {"training.epochs": 5, "training.optimizer.lr": 0.5},
            recover=True,
        )


def test_a_run_is_not_overwritten_without_force(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tiny_data, tmp_path)
    before = weights(tmp_path)
    with pytest.raises(RunError, match="is not empty; choose another directory with -s"):
        run(tiny_data, tmp_path, {"seed": 8})
    assert weights(tmp_path) == before
    run(tiny_data, tmp_path, {"seed": 8}, force=True)
    assert weights(tmp_path) != before


@pytest.mark.parametrize("checkpoint", ["best", "last"])
def test_checkpoint_chooses_the_weights(
    tiny_data: Path, tmp_path: Path, checkpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of three epochs is declared the best one."""
    values = iter([0.1, 0.9, 0.5])
    states: list[dict[str, torch.Tensor]] = []
    end = Epochs.on_train_epoch_end

    def scored(self: Epochs, trainer: Any, module: TrainingModule) -> None:
        assert module.report is not None
        flat = {**module.report.flat(), "entity_f1": next(values)}
        monkeypatch.setattr(type(module.report), "flat", lambda report: flat)
        states.append({n: value.clone() for n, value in module.model.state_dict().items()})
        end(self, trainer, module)

    monkeypatch.setattr(Epochs, "on_train_epoch_end", scored)
    run(tiny_data, tmp_path, {"training.epochs": 3, "training.checkpoint": checkpoint})
    found = metrics(tmp_path)
    assert (found["best"]["epoch"], found["last"]["epoch"]) == (2, 3)
    expected = states[1 if checkpoint == "best" else 2]
    state = archive.load(tmp_path).model.state_dict()
    assert all(torch.equal(state[name], value) for name, value in expected.items())


def test_patience_stops(tiny_data: Path, tmp_path: Path) -> None:
    """No relation is sure enough, so the second epoch is not better than the first."""
    changes = {
        "training.epochs": 9,
        "training.patience": 1,
        "training.monitor": "relation_strict_f1",
        "model.decoder": {"type": "spans", "relation_threshold": 1.0},
    }
    run(tiny_data, tmp_path, changes)
    assert len(rows(tmp_path)) == 2


def test_without_dev_the_last_epoch_counts(tiny_data: Path, tmp_path: Path) -> None:
    result = run(tiny_data, tmp_path, {"data.dev": None, "training.epochs": 2})
    assert set(result.metrics) == {"protocol", "last"}
    assert set(result.metrics["last"]) == {"epoch", "test"}
    assert set(rows(tmp_path)[0]) == {"epoch", "loss"}


def test_without_dev_and_test(tiny_data: Path, tmp_path: Path) -> None:
    result = run(tiny_data, tmp_path, {"data.dev": None, "data.test": None})
    assert result.metrics == {"protocol": "spert", "last": {"epoch": 1}}
    assert (tmp_path / "archive" / "config.json").exists()


def test_dev_fraction_and_train_and_dev(tiny_data: Path, tmp_path: Path) -> None:
    told: list[str] = []
    carved = {"data.dev": None, "data.dev_fraction": 0.25}
    run(tiny_data, tmp_path / "a", carved, log=told.append)
    assert told[0].startswith("18 training units, 5 batches per epoch, 6 dev units")
    both = {"data.train_on": "train+dev"}
    run(tiny_data, tmp_path / "b", both, log=told.append)
    assert any(line.startswith("34 training units, 9 batches") for line in told)


def test_accumulation_makes_larger_updates(tiny_data: Path, tmp_path: Path) -> None:
    """Without dropout and clipping, rate and plain gradients: 2 × 2 units are 4 units' mean."""
    updates = []
    for accumulate in (1, 3):
        changes = {"training.accumulate": accumulate, "training.keep_checkpoints": True}
        run(tiny_data, tmp_path / f"{accumulate}", changes)
        path = tmp_path / f"{accumulate}" / "checkpoints" / "last.ckpt"
        updates.append(torch.load(path, weights_only=True)["global_step"])
    assert updates == [6, 2]


def test_the_rate_ends_at_zero(tiny_data: Path, tmp_path: Path) -> None:
    """Six batches in groups of four are two updates an epoch, for the schedule too."""
    run(
        tiny_data,
        tmp_path,
        {"training.accumulate": 4, "training.epochs": 2, "training.keep_checkpoints": True},
    )
    saved = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
    assert saved["global_step"] == 4
    assert saved["lr_schedulers"][0]["last_epoch"] == 4
    assert saved["lr_schedulers"][0]["_last_lr"] == [0.0, 0.0]


def test_bf16(tiny_data: Path, tmp_path: Path, tiny_run: Path) -> None:
    run(tiny_data, tmp_path, {"training.precision": "bf16-mixed"})
    state = archive.load(tmp_path).model.state_dict()
    assert {value.dtype for value in state.values() if value.is_floating_point()} == {torch.float32}


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"data.train": "nowhere.jsonl"}, DataError, r"nowhere\.jsonl: no such file"),
        ({"model.interaction.heads": 5}, ConfigError, r"model\.interaction.*heads=5.*32"),
        (
            {"model.encoder.model_name": "no-such/encoder"},
            ConfigError,
            r"model_name='no-such/encoder' cannot be loaded \(.+\)\. Accepted: a folder with",
        ),
        (
            {"training.accelerator": "gpu", "training.devices": 1000},
            ConfigError,
            r"training\.accelerator='gpu'.*not available here.*auto",
        ),
        (
            {"training.loggers": ["tensorboard", "mlflow"]},
            ConfigError,
            r"training\.loggers\[1\]: tracking_uri is null and MLFLOW_TRACKING_URI is not set",
        ),
    ],
)
def test_mistakes_leave_no_directory(
    tiny_data: Path,
    tmp_path: Path,
    changes: dict[str, Any],
    kind: type[Exception],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(kind, match=f"(?s){message}"):
        run(tiny_data, tmp_path / "run", changes)
    assert not (tmp_path / "run").exists()


def test_mistakes_leave_a_run_untouched(tiny_data: Path, tmp_path: Path) -> None:
    run(tiny_data, tmp_path)
    before = weights(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        run(tiny_data, tmp_path, {"data.train": "nowhere.jsonl"}, force=True)
    assert weights(tmp_path) == before


def test_unlabelled_entities_are_refused_before_anything_is_written(
    tiny_data: Path, tmp_path: Path
) -> None:
    record = {"id": "d7", "tokens": ["a", "b"], "entities": [{"label": None, "mentions": [[0, 1]]}]}
    (tmp_path / "train.jsonl").write_text(json.dumps(record) + "\n")
    with pytest.raises(DataError, match=r"document 'd7': entity 0 \('a'\) has no label"):
        run(tiny_data, tmp_path / "run", {"data.train": str(tmp_path / "train.jsonl")})
    assert not (tmp_path / "run").exists()


def test_long_units_that_are_cut_are_told(tiny_data: Path, tmp_path: Path) -> None:
    told: list[str] = []
    changes = {"model.encoder.long_inputs": "truncate", "model.encoder.max_length": 24}
    run(tiny_data, tmp_path, changes, log=told.append)
    cut = [line for line in told if "longer than the encoder's input are cut" in line]
    assert [line.split(":")[0] for line in cut] == ["train", "dev"]
    assert "are cut (long_inputs); first: document 'newswire-train-" in cut[0]


def test_annotations_that_cannot_be_learnt_are_reported_once_before_training(
    tiny_data: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    run(
        tiny_data,
        tmp_path,
        {"model.span_enumerator.max_width": 1, "training.epochs": 2},
        log=told.append,
    )
    reports = [line for line in told if "cannot be predicted" in line]
    assert len(reports) == 2
    assert told[:2] == reports
    records = map(json.loads, (tiny_data / "train.jsonl").read_text().splitlines())
    spans = [span for record in records for one in record["entities"] for span in one["mentions"]]
    wide = sum(end - start > 1 for start, end in spans)
    assert reports[0].startswith(
        f"train: {wide} mentions wider than max_width=1 words, which cannot be predicted; first: "
    )
    assert "relations of mentions that cannot be predicted; first: " in reports[1]


@pytest.mark.parametrize("model", ["span", "table", "document"])
def test_no_entities(tiny_data: Path, tmp_path: Path, model: str) -> None:
    record = {"id": "d7", "tokens": ["a", "b"], "entities": [], "relations": []}
    train_file = tmp_path / "train.jsonl"
    train_file.write_text(json.dumps(record) + "\n")
    sections = {
        "span": experiment(tiny_data)["model"],
        "table": table_model(tiny_data / "encoder"),
        "document": document_model(tiny_data / "encoder"),
    }
    changes = {"data.train": str(train_file), "data.reader": "jsonl", "model": sections[model]}
    with pytest.raises(DataError, match=r"train\.jsonl: no entities in 1 training document"):
        run(tiny_data, tmp_path / "run", changes)
    assert not (tmp_path / "run").exists()


def test_the_public_function(tiny_data: Path, tmp_path: Path) -> None:
    result = jointre.train(experiment(tiny_data, {"training.epochs": 1}), tmp_path)
    assert result.path == tmp_path
    assert [document.id for document in result.examples] == [
        f"newswire-test-{number:03}" for number in range(1, 9)
    ]


def test_a_file_with_overrides_and_a_run_named_after_it(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = experiment(tiny_data, {"data.train": "small.jsonl", "data.test": None})
    file = write_config(config, tmp_path / "mine.json")
    lines = (tiny_data / "train.jsonl").read_text(encoding="utf-8").splitlines()[:4]
    (tmp_path / "small.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    one = train(file, overrides=["training.epochs=1", "seed=7"])
    assert one.path == Path("runs/mine")
    resolved = json.loads((one.path / "config.json").read_text())
    assert (resolved["training"]["epochs"], resolved["seed"]) == (1, 7)
    other = train(config, "other", overrides=["training.epochs=1", "seed=7"])
    assert other.metrics == one.metrics


def test_an_experiment_without_a_file_needs_a_folder(tiny_data: Path) -> None:
    with pytest.raises(
        RunError, match="does not come from a file whose name its run could take; pass a path"
    ):
        train(experiment(tiny_data))


def test_followers_write_nothing(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With several devices the trainer starts the command again, once for each further one."""
    monkeypatch.setenv("LOCAL_RANK", "1")
    (tmp_path / "config.json").write_text("the first process's")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jointre.training.run.fit", lambda *_: None)
        result = run(tiny_data, tmp_path)
    assert result.metrics == {}
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


@pytest.mark.parametrize("test", [True, False])
def test_dev_fraction_keeps_its_documents_and_their_predictions(
    tiny_data: Path, tmp_path: Path, test: bool
) -> None:
    changes = {"data.dev": None, "data.dev_fraction": 0.25}
    if not test:
        changes["data.test"] = None
    told = run(tiny_data, tmp_path, {**changes, "training.epochs": 2}).metrics
    reader = JsonlReader()
    held_out = list(reader.read(tmp_path / "dev.jsonl"))
    predicted = list(reader.read(tmp_path / "dev_predictions.jsonl"))
    train_ids = {document.id for document in reader.read(tiny_data / "train.jsonl")}
    assert len(held_out) == 6
    assert {document.id for document in held_out} < train_ids
    metric = Metric.by_name("spert")(symmetric=archive.load(tmp_path).model.vocabulary.symmetric)
    assert metric.score(held_out, predicted).to_dict() == told["best"]["dev"]
    about = archive.load(tmp_path).about
    assert [Path(path).name for path in about["trained_on"]] == ["train.jsonl"]
    assert about["dev_fraction"] == 0.25


def test_a_dev_file_is_not_copied(tiny_run: Path) -> None:
    assert not (tiny_run / "dev.jsonl").exists()
