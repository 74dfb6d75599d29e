"""``jointre calibrate``: what it stores, who uses it, and what it refuses."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import jointre as package
from jointre.models import archive
from tests.cli.command import Command


@pytest.fixture
def run(tiny_run: Path, tmp_path: Path) -> Path:
    """A run that may be changed."""
    shutil.copytree(tiny_run, tmp_path / "run")
    return tmp_path / "run"


def test_stored_used_and_ignored(
    jointre: Command, run: Path, tiny_run: Path, tmp_path: Path
) -> None:
    data, text = tiny_run.parent / "dev.jsonl", tmp_path / "text.txt"
    ended = jointre("calibrate", run, data, "--folds", 2, "--output", tmp_path / "c.json")
    assert ended.code == 0, ended.err
    assert "cross-fitted on 10 documents" in ended.out
    assert f"stored in {run / 'archive'}" in ended.err
    stored = json.loads((run / "archive" / "calibration.json").read_text())
    assert stored == json.loads((tmp_path / "c.json").read_text())
    assert stored["about"]["objective"] == "f1"
    text.write_text("Ada Berg works for Nordlicht in Bergen.\n")
    calibrated = package.load(run)
    assert calibrated.model.calibration is not None
    raw = package.load(run, raw=True)
    assert raw.model.calibration is None
    outputs = {}
    for name, arguments in {"": (), "raw": ("--raw",)}.items():
        output = tmp_path / f"{name}.jsonl"
        ended = jointre("predict", run, text, "--output", output, *arguments)
        assert ended.code == 0, ended.err
        outputs[name] = output.read_text()
        evaluated = tmp_path / f"{name}.json"
        assert jointre("evaluate", run, data, "--output", evaluated, *arguments).code == 0
    before = tmp_path / "before.jsonl"
    assert jointre("predict", tiny_run, text, "--output", before).code == 0
    assert outputs["raw"] == before.read_text() != outputs[""]
    assert json.loads((tmp_path / "raw.json").read_text()) == stored["about"]["raw"]
    assert "Probabilities " in (run / "archive" / "README.md").read_text()
    assert "were calibrated on `dev.jsonl`" in (run / "archive" / "README.md").read_text()


def test_spacy_uses_it_and_keeps_it(jointre: Command, run: Path, tmp_path: Path) -> None:
    import spacy

    dev = Path(json.loads((run / "config.json").read_text())["data"]["dev"])
    assert jointre("calibrate", run, dev, "--folds", 2).code == 0
    nlp = spacy.blank("en")
    nlp.add_pipe("jointre", config={"model": str(run)})
    nlp.to_disk(tmp_path / "pipeline")
    loaded = spacy.load(tmp_path / "pipeline")
    pipe: Any = loaded.get_pipe("jointre")
    calibration = pipe.predictor.model.calibration
    assert calibration == archive.load(run).model.calibration is not None


def test_remove(jointre: Command, run: Path, tiny_run: Path) -> None:
    dev = tiny_run.parent / "dev.jsonl"
    assert jointre("calibrate", run, dev, "--folds", 2).code == 0
    ended = jointre("calibrate", run, "--remove")
    assert ended.code == 0, ended.err
    assert f"{run / 'archive'}: not calibrated" in ended.err
    for path in sorted((tiny_run / "archive").rglob("*")):
        if path.is_file():
            copied = run / "archive" / path.relative_to(tiny_run / "archive")
            assert copied.read_bytes() == path.read_bytes(), path.name
    assert not (run / "archive" / "calibration.json").exists()


@pytest.mark.parametrize("name", ["calibrated", "calibrated.tar.gz"])
def test_a_copy(jointre: Command, tiny_run: Path, tmp_path: Path, name: str) -> None:
    dev, target = tiny_run.parent / "dev.jsonl", tmp_path / name
    arguments = ("--folds", 2, "--save-to", target)
    ended = jointre("calibrate", tiny_run, dev, "--objective", "precision>=0.5", *arguments)
    assert ended.code == 0, ended.err
    assert archive.load(target).model.calibration is not None
    assert archive.load(tiny_run).model.calibration is None
    again = jointre("calibrate", tiny_run, dev, *arguments)
    assert (again.code, again.out) == (1, "")
    assert again.err == f"error: {target} exists; name a new folder or file\n"


def test_dry_run_stores_nothing(jointre: Command, run: Path, tiny_run: Path) -> None:
    dev = tiny_run.parent / "dev.jsonl"
    ended = jointre("calibrate", run, dev, "--folds", 2, "--dry-run")
    assert ended.code == 0, ended.err
    assert "nothing was stored" in ended.err
    assert not (run / "archive" / "calibration.json").exists()


def test_mistakes(jointre: Command, run: Path, tiny_run: Path, tmp_path: Path) -> None:
    dev = tiny_run.parent / "dev.jsonl"
    packed = tmp_path / "model.tar.gz"
    archive.pack(run, packed)
    unfinished = tmp_path / "unfinished"
    shutil.copytree(run / "archive", unfinished / "checkpoints" / "epoch-1")
    for arguments, message in (
        ((run,), "give the annotated data to calibrate on, or --remove"),
        ((run, dev, "--remove"), "--remove without data"),
        ((run, dev, "--objective", "f2"), "objective 'f2': write f1"),
        ((run, dev, "--folds", 11), "10 documents cannot be divided into 11 folds"),
        ((packed, dev, "--format", "jsonl"), "is a packed archive, which is not changed"),
        ((unfinished, dev, "--format", "jsonl"), "its training has not finished"),
        ((tmp_path / "none", dev), "no such archive"),
    ):
        ended = jointre("calibrate", *arguments)
        assert (ended.code, ended.out) == (1, "")
        assert message in ended.err


def test_a_changed_calibration_is_refused(jointre: Command, run: Path, tiny_run: Path) -> None:
    """Its checksum is checked, and so is its content."""
    from jointre.models.archive_files import write_checksums

    assert jointre("calibrate", run, tiny_run.parent / "dev.jsonl", "--folds", 2).code == 0
    path = run / "archive" / "calibration.json"
    path.write_text(path.read_text().replace('"temperature"', '"temperatur"', 1))
    ended = jointre("evaluate", run, tiny_run.parent / "dev.jsonl")
    assert ended.code == 1
    assert "calibration.json does not match its checksum" in ended.err
    write_checksums(run / "archive")
    ended = jointre("evaluate", run, tiny_run.parent / "dev.jsonl")
    assert ended.code == 1
    assert "calibration.json: entity must be an object with 'temperature'" in ended.err
