"""The files of a study, and what they say about its runs."""

import json
from pathlib import Path

import pytest

from jointre.errors import RunError
from jointre.locks import lock_file
from jointre.studies.directory import StudyDirectory
from jointre.studies.plan import plan
from tests.studies.small import write_study


def test_states(trained_study: Path) -> None:
    directory = StudyDirectory(trained_study)
    names = [run["name"] for run in directory.read()["runs"]]
    found = {name: directory.progress(name) for name in names}
    assert [progress.state for progress in found.values()] == ["finished", "finished", "failed"] * 2
    finished = found[names[0]]
    assert (finished.epoch, finished.epochs) == (1, 1)
    assert finished.seconds
    assert finished.scores is not None
    assert finished.scores["entity_f1"] >= 0
    assert "nowhere" in found[names[2]].message


def test_waiting_interrupted_and_running(tiny_data: Path, tmp_path: Path) -> None:
    planned = plan(write_study(tmp_path / "s.jsonnet", tiny_data, ["{ name: 'a' }"]))
    directory = StudyDirectory(tmp_path / "study")
    directory.prepare(planned)
    (run,) = planned.runs
    assert directory.progress(run.name).state == "waiting"
    folder = directory.run(run.name)
    folder.path.mkdir()
    folder.marker.write_text("{}")
    folder.config.write_text(json.dumps(run.config))
    folder.history.write_text("epoch,loss,entity_f1\n1,0.5,0.25\n")
    progress = directory.progress(run.name)
    assert (progress.state, progress.epoch, progress.epochs) == ("interrupted", 1, 1)
    assert progress.scores == {"epoch": 1.0, "loss": 0.5, "entity_f1": 0.25}
    with lock_file(folder.lock):
        assert directory.progress(run.name).state == "running"
        with directory.claimed(run) as held:
            assert not held
    with directory.claimed(run) as held:
        assert held
        assert directory.progress(run.name).state == "running"
        with directory.claimed(run) as again:
            assert not again


def test_directories_that_cannot_be_used(tiny_data: Path, tmp_path: Path) -> None:
    planned = plan(write_study(tmp_path / "s.jsonnet", tiny_data, ["{ name: 'a' }"]))
    with pytest.raises(RunError, match=r"is not empty and does not hold a study"):
        StudyDirectory(tmp_path).prepare(planned)
    with pytest.raises(RunError, match=r"does not hold a study .*jointre study run FILE"):
        StudyDirectory(tmp_path).read()
    with pytest.raises(RunError, match="cannot be used as the directory of a study"):
        StudyDirectory(tmp_path / "s.jsonnet").prepare(planned)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.jsonnet"]
