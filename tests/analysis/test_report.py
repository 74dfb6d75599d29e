from pathlib import Path

import pytest

from jointre.analysis import report
from jointre.analysis.efficiency import Measure
from jointre.formats import Reader


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
    monkeypatch.setitem(report.TEXTS, "sentence", 3)
    told: list[str] = []
    found = list(report.measure_all(tiny_run, documents, 1, [1, 4], 2, told.append))
    assert [measure.name for measure in found] == [
        "predict, at most 1 units per batch",
        "predict, at most 4 units per batch",
        "predict in bfloat16, at most 4 units per batch",
        "peak",
        "peak",
        "heads, sentences of 4 words",
        "heads, sentences of 8 words",
        "spacy_pipe",
        "training step, 2 units per batch",
        "--help",
        "config",
    ]
    assert told[0] == "prediction, batches of 1"


def test_a_command_is_timed_against_an_empty_python() -> None:
    found = report.command(["--version"], runs=1)
    assert found.name == "jointre --version"
    assert found.value > found.baseline > 0


def test_documents_grow_instead_of_sentences(
    overfitted_documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peak = Measure("peak", 2.0, "bytes", 1.0, 2.0, 1)
    monkeypatch.setattr(report, "training_memory", lambda *arguments: peak)
    monkeypatch.setattr(report, "prediction_memory", lambda *arguments: peak)
    monkeypatch.setattr(report, "command", lambda words, runs: peak)
    monkeypatch.setattr(report, "DOCUMENT_LENGTHS", (20, 150))
    monkeypatch.setitem(report.TEXTS, "document", 2)
    documents = list(Reader.by_name("jsonl")().read(Path("fixtures/abstracts/dev.jsonl")))
    found = list(report.measure_all(overfitted_documents, documents, 1, [2], 1, lambda told: None))
    names = [measure.name for measure in found]
    growth = [name for name in names if name.startswith("predict, ")]
    assert growth[0] == "predict, at most 2 units per batch"
    assert growth[1].startswith("predict, 20 words, ")
    assert growth[2].startswith("predict, 150 words, ")
    assert growth[2].endswith(" entities found")
    assert names.count("peak") == 7
