import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jointre.analysis import report
from jointre.analysis.efficiency import Measure
from jointre.cli.main import app


def test_prints_and_writes_the_measures(
    tiny_run: Path, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measures = [
        Measure("a", 0.002, "s", 0.001, 2.0, 3),
        Measure("b", 2.0**21, "bytes", 2.0**20, 2.0, 1),
    ]
    seen: list[tuple[object, ...]] = []

    def measured(*arguments: object) -> list[Measure]:
        seen.append(arguments)
        return measures

    monkeypatch.setattr(report, "measure_all", measured)
    output = tmp_path / "b.json"
    arguments = ["bench", str(tiny_run), str(tiny_data / "dev.jsonl"), "--runs", "3"]
    arguments += ["--units", "2", "--threads", "1", "--output", str(output)]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert seen[0][2:5] == (3, [2], 4)
    assert "2.0 ms" in result.output
    assert "1.0 MiB" in result.output
    assert "  a: 2.0 ms, baseline 1.0 ms, ratio 2.000\n" in result.stderr  # as it is found
    records = json.loads(output.read_text())
    assert records == [measure.to_dict() for measure in measures]
    assert set(records[0]) == {"name", "value", "unit", "baseline", "ratio", "runs"}


def test_is_hidden() -> None:
    help_text = CliRunner().invoke(app, ["--help"]).output
    assert "bench" not in help_text
    assert "train" in help_text
