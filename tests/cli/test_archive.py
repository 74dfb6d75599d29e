import json
import shutil
from pathlib import Path

import pytest

from jointre.cli.archive import name_of
from tests.cli.command import Command


def test_a_packed_run_predicts_as_the_run(
    jointre: Command, tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_run, tmp_path / "runs" / "news")
    monkeypatch.chdir(tmp_path)
    ended = jointre("archive", "runs/news")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("news.tar.gz: written (")
    (tmp_path / "news.txt").write_text("Tesfaye Bekele won the Lisbon Marathon.\n")
    predictions = [jointre("predict", model, "news.txt") for model in ("runs/news", "news.tar.gz")]
    assert [one.code for one in predictions] == [0, 0]
    assert json.loads(predictions[0].out.splitlines()[0])["tokens"]
    assert predictions[0].out == predictions[1].out


def test_a_file_is_replaced_with_force_only(
    jointre: Command, tiny_run: Path, tmp_path: Path
) -> None:
    target = tmp_path / "model.tar.gz"
    arguments = ("archive", tiny_run / "archive", "--output", target)
    assert jointre(*arguments).code == 0
    size = target.stat().st_size
    target.write_text("mine")
    jointre(*arguments).told(f"{target} exists; name another file, or replace it with --force")
    assert target.read_text() == "mine"
    assert jointre(*arguments, "--force").code == 0
    assert target.stat().st_size == size


def test_wrong_paths(jointre: Command, tiny_run: Path, tmp_path: Path) -> None:
    jointre("archive", tmp_path / "none").told("no such archive; give a run directory")
    jointre("archive", tiny_run, "--output", tmp_path).told("is a folder; name a file")
    jointre("archive", tiny_run, "--output", tmp_path / "m.tar").told("ends in .tar.gz")
    inside = tiny_run / "archive" / "model.tar.gz"
    jointre("archive", tiny_run, "--output", inside).told("lies in the archive")
    jointre("archive", tmp_path, "--output", tmp_path / "m.tar.gz").told("no config.json in it")
    assert list(tmp_path.iterdir()) == []
    assert not inside.exists()


def test_the_name_is_that_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "news" / "archive").mkdir(parents=True)
    assert name_of(tmp_path / "news") == "news"
    assert name_of(tmp_path / "news" / "archive") == "news"
    monkeypatch.chdir(tmp_path / "news")
    assert name_of(Path()) == "news"
