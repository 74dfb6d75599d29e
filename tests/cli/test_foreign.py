"""A run with components of the user's own names the option that imports them."""

import json
import shutil
from pathlib import Path

import pytest

from jointre.models.archive_files import write_checksums
from tests.cli.command import Command
from tests.tiny_runs import NEWSWIRE


@pytest.fixture
def foreign(tiny_run: Path, tmp_path: Path) -> Path:
    """A run whose config and archive name components that no package registers."""
    run = Path(shutil.copytree(tiny_run, tmp_path / "run"))
    whole = json.loads((run / "config.json").read_text())
    whole["data"]["reader"] = {"type": "toy_reader"}
    (run / "config.json").write_text(json.dumps(whole))
    path = run / "archive" / "config.json"
    archive = json.loads(path.read_text())
    archive["model"]["interaction"] = {"type": "toy_exchange"}
    path.write_text(json.dumps(archive))
    write_checksums(path.parent)
    return run


def test_predict(jointre: Command, foreign: Path) -> None:
    ended = jointre("predict", foreign, NEWSWIRE / "news.txt")
    ended.told("No imported package registers 'toy_exchange'")
    assert "--include-package PACKAGE" in ended.err


def test_evaluate(jointre: Command, foreign: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.toy"
    data.write_text("anything\n")
    ended = jointre("evaluate", foreign, data)
    ended.told("No imported package registers 'toy_reader'")
    assert "--include-package PACKAGE" in ended.err
