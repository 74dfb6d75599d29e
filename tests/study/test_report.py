from pathlib import Path

import pytest

from jointre.data.readers import Reader
from jointre.study import report
from jointre.study.efficiency import Measure


def test_measures_everything_in_turn(
    tiny_run: Path, tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = list(Reader.by_name("jsonl")().read(tiny_data / "dev.jsonl"))
    peak = Measure("peak", 2.0, "bytes", 1.0, 2.0, 1)
    monkeypatch.setattr(report, "prediction_memory", lambda *arguments: peak)
    monkeypatch.setattr(
        report, "command", lambda words, runs: Measure(words[0], 1.0, "s", 1.0, 1.0, 1)
    )
    monkeypatch.setattr(report, "LENGTHS", (4, 8))
    told: list[str] = []
    found = list(report.measure_all(tiny_run, documents, 1, [1, 4], 2, told.append))
    assert [measure.name for measure in found] == [
        "predict, at most 1 units a batch",
        "predict, at most 4 units a batch",
        "predict in bfloat16, at most 4 units a batch",
        "peak",
        "peak",
        "heads, sentences of 4 words",
        "heads, sentences of 8 words",
        "training step, 2 units a batch",
        "--help",
        "config",
    ]
    assert told[0] == "prediction, batches of 1"


def test_a_command_is_timed_against_an_empty_python() -> None:
    found = report.command(["--version"], runs=1)
    assert found.name == "jointre --version"
    assert found.value > found.baseline > 0
