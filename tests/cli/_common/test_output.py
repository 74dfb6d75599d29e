import json
from pathlib import Path

import pytest

from jointre.cli._common.output import log, score_rows, show_scores, write_json
from jointre.evaluation.report import Counts, Report, Scores


def test_rows_and_table(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("spert", {"entity": Scores.of({"Per": Counts(1, 2, 4)})})
    rows = score_rows("dev", report)
    assert rows == [("dev", "entity", "50.00", "25.00", "33.33", "4")]
    show_scores("title", rows)
    out = capsys.readouterr().out
    assert "title" in out
    assert "33.33" in out


def test_log(capsys: pytest.CaptureFixture[str]) -> None:
    log("line")
    assert capsys.readouterr() == ("", "line\n")


def test_json_files(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    write_json({"f1": 0.5, "label": "Größe"}, path)
    assert json.loads(path.read_text(encoding="utf-8")) == {"f1": 0.5, "label": "Größe"}
    assert path.read_bytes().endswith(b"\n")
    write_json({}, None)
    assert list(tmp_path.iterdir()) == [path]
