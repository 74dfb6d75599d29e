"""Distillation: trainings with a teacher, and teachers that do not fit."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.errors import ConfigError, RunError
from jointre.models import Model, SpanModel, archive
from jointre.models.model import TrainingBatch
from jointre.testing.tiny import tiny_documents, tiny_texts, tiny_vocabulary
from jointre.training.corpus import read_corpus
from jointre.training.experiment import Experiment
from jointre.training.run import train
from jointre.training.teacher import Teacher
from jointre.training.teacher_scores import TeacherScores
from tests.models.prepared import training_batch
from tests.tiny_runs import document_model, experiment, make_documents, table_model

QUIET = {"data.test": None, "training.epochs": 1}


def learn(folder: Path, run: Path, changes: Mapping[str, Any]) -> Path:
    train(experiment(folder, {**QUIET, **changes}), run)
    return run


def family(name: str, encoder: Path) -> Model:
    sections = {
        "span": experiment(encoder.parent)["model"],
        "table": table_model(encoder),
        "document": document_model(encoder),
    }
    model: Model = construct(Factory[Model], sections[name])(vocabulary=tiny_vocabulary())
    return model.eval()


@pytest.mark.parametrize("name", ["span", "table", "document"])
def test_a_model_that_teaches_itself_has_nothing_to_learn(
    name: str, tiny_data: Path, tmp_path: Path
) -> None:
    """Its divergence is 0 in any batch, and all its candidates are known, but for masked ones."""
    model = family(name, tiny_data / "encoder")
    documents = tiny_texts() if model.unit == "document" else tiny_documents()
    units = [unit for unit in documents if unit.tokens]
    teacher = Teacher(model, units, {})
    teacher.write(tmp_path / "scores", torch.device("cpu"), lambda line: None)
    stored = TeacherScores(tmp_path / "scores", 1.0)
    batch: TrainingBatch = training_batch(model, units, epoch=0)
    with torch.no_grad():
        ours = model.candidate_scores(model(batch.stages), batch.stages)
    lesson = stored.scores(range(len(units)), "cpu")
    assert lesson.loss(ours).item() == pytest.approx(0, abs=1e-4)
    for task, scored in ours.items():
        known = {tuple(row) for row in lesson.tasks[task].candidates.tolist()}
        rows = {tuple(row) for row in scored.candidates.tolist() if min(row) >= 0}
        assert rows, task
        assert rows <= known, task


def test_a_student_comes_closer_to_its_teacher(tiny_data: Path, tmp_path: Path) -> None:
    """Closer than a model with the same random numbers that learns the gold alone."""
    teacher = learn(tiny_data, tmp_path / "teacher", {"training.epochs": 3})
    taught = {"training.teacher": str(teacher)}
    runs = [
        learn(tiny_data, tmp_path / name, {"training.epochs": 10, "seed": 8, **changes})
        for name, changes in (("alone", {}), ("taught", taught))
    ]
    stored = TeacherScores(tmp_path / "taught" / "teacher.safetensors", 1.0)
    built: Experiment = construct(Experiment, experiment(tiny_data))
    documents = read_corpus(built.data, lambda line: None).train
    apart = []
    for run in runs:
        model = archive.load(run).model
        batch = training_batch(model, documents)
        with torch.no_grad():
            scores = model.candidate_scores(model(batch.stages), batch.stages)
        apart.append(stored.scores(range(len(documents)), "cpu").loss(scores).item())
    assert apart[1] < apart[0] / 2


def test_what_a_run_with_a_teacher_holds(tiny_data: Path, tmp_path: Path) -> None:
    """The scores lie beside the run, whose archive names the data of both."""
    other = tmp_path / "other.jsonl"
    other.write_bytes((tiny_data / "train.jsonl").read_bytes())
    teacher = learn(tiny_data, tmp_path / "teacher", {"data.train": str(other)})
    run = learn(tiny_data, tmp_path / "run", {"training.teacher": str(teacher)})
    assert (run / "teacher.safetensors").is_file()
    trained_on = archive.load(run).about["trained_on"]
    assert {Path(path).name for path in trained_on} >= {"other.jsonl", "train.jsonl"}
    assert "the teacher has scored 24 training units" in (run / "log.txt").read_text()
    train(experiment(tiny_data, QUIET), run, force=True)  # they are part of the run
    assert not (run / "teacher.safetensors").exists()


def test_an_interrupted_training_goes_on_with_the_same_scores(
    tiny_data: Path, tmp_path: Path
) -> None:
    teacher = learn(tiny_data, tmp_path / "teacher", {})
    changes = {**QUIET, "training.epochs": 2, "training.teacher": str(teacher)}
    whole = train(experiment(tiny_data, changes), tmp_path / "whole").path
    stopped = tmp_path / "stopped"

    class Stop(Exception):
        pass

    def stop(line: str) -> None:
        if line.startswith("epoch 1:"):
            raise Stop

    with pytest.raises(Stop):
        train(experiment(tiny_data, changes), stopped, log=stop)
    before = (stopped / "teacher.safetensors").stat()
    train(experiment(tiny_data, changes), stopped, recover=True)
    assert (stopped / "teacher.safetensors").stat() == before
    weights = [(run / "archive" / "model.safetensors").read_bytes() for run in (whole, stopped)]
    assert weights[0] == weights[1]


def test_documents_read_sentence_by_sentence(tmp_path: Path) -> None:
    folder = make_documents(tmp_path)
    pairs = {"model.pairs": "document", "training.batch_size": 2}
    teacher = learn(folder, tmp_path / "teacher", pairs)
    learn(folder, tmp_path / "run", {**pairs, "training.teacher": str(teacher)})
    model = archive.load(teacher).model
    stored = TeacherScores(tmp_path / "run" / "teacher.safetensors", 1.0)
    assert (
        stored.scores([0], "cpu").tasks["relation"].candidates[:, 3].max() > 20
    )  # past sentence 1
    assert model.unit == "sentences"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"model": "table"},
            "is 'span', which reads sentences, this one 'table', which reads sentences",
        ),
        (
            {"model.relation_loss": {"type": "softmax"}},
            "the relation probabilities of .* are one per label, independent of the others, those "
            "of this model those of one label or none: give both models the same kind of "
            "relation_loss",
        ),
        ({"model.pairs": "document"}, "which reads sentences, this one .* sentence by sentence"),
    ],
)
def test_a_teacher_that_does_not_fit(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    """Before anything is written."""
    folder = make_documents(tmp_path)
    teacher = learn(folder, tmp_path / "teacher", {})
    if changes.get("model") == "table":
        changes = {"model": table_model(folder / "encoder")}
    with pytest.raises(ConfigError, match=message):
        learn(folder, tmp_path / "run", {**changes, "training.teacher": str(teacher)})
    assert not (tmp_path / "run").exists()


def test_a_teacher_with_other_labels(tiny_data: Path, tmp_path: Path) -> None:
    teacher = learn(tiny_data, tmp_path / "teacher", {})
    types = json.loads((tiny_data / "types.json").read_text())
    types["entities"] = dict(reversed(list(types["entities"].items())))
    (tmp_path / "types.json").write_text(json.dumps(types))
    changes = {
        "data.reader": {"type": "jsonl", "types": str(tmp_path / "types.json")},
        "training.teacher": str(teacher),
    }
    with pytest.raises(ConfigError, match="the same entity labels in the same order"):
        learn(tiny_data, tmp_path / "run", changes)


def test_a_family_without_probabilities(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = learn(tiny_data, tmp_path / "teacher", {})
    monkeypatch.setattr(SpanModel, "candidate_scores", Model.candidate_scores)
    with pytest.raises(ConfigError, match=r"training\.teacher=.*: take null, or write its method"):
        learn(tiny_data, tmp_path / "run", {"training.teacher": str(teacher)})


def test_scores_that_cannot_be_written(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says so, and the run can be recovered."""
    teacher = learn(tiny_data, tmp_path / "teacher", {})

    def full(*names: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device")

    changes = {**QUIET, "training.teacher": str(teacher)}
    with monkeypatch.context() as patch:
        patch.setattr("jointre.training.teacher_scores.save_file", full)
        with pytest.raises(
            RunError, match=r"teacher.safetensors cannot be written \(No space left"
        ):
            train(experiment(tiny_data, changes), tmp_path / "run")
    assert not list((tmp_path / "run").glob(".teacher*"))
    train(experiment(tiny_data, changes), tmp_path / "run", recover=True)
    assert (tmp_path / "run" / "metrics.json").exists()
