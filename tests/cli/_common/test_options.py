from pathlib import Path

import pytest

from jointre.cli._common.options import load, log, score_rows, show_scores
from jointre.errors import ConfigError
from jointre.evaluation.report import Counts, Report, Scores


def test_ext_vars(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonnet"
    path.write_text("{ a: std.extVar('x') }")
    assert load(path, ["b=1"], ["x=y=z"], None).data == {"a": "y=z", "b": 1}
    for wrong in ("x", "=y"):
        with pytest.raises(ConfigError, match=f"--ext-var {wrong}: write NAME=VALUE"):
            load(path, None, [wrong], None)


def test_rows_and_table(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("spert", {"entity": Scores.of({"Per": Counts(1, 2, 4)})})
    rows = score_rows("dev", report)
    assert rows == [("dev", "entity", "50.00", "25.00", "33.33", "4")]
    show_scores("title", rows)
    out = capsys.readouterr().out
    assert "title" in out
    assert "33.33" in out


def test_tell(capsys: pytest.CaptureFixture[str]) -> None:
    log("line")
    assert capsys.readouterr() == ("", "line\n")
