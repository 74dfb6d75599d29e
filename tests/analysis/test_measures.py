"""What is measured of a run, in turn."""

from pathlib import Path

import pytest

from jointre.analysis import measures
from jointre.analysis.efficiency import Measure
from jointre.analysis.growth import Growth
from jointre.analysis.measures import KINDS, Efficiency, Kind, measure
from jointre.formats import Reader

PEAK = Measure("peak", 2.0, "bytes", 1.0, 2.0, 1)


def test_measures_everything_in_turn(
    tiny_run: Path, tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = list(Reader.by_name("jsonl")().read(tiny_data / "dev.jsonl"))
    monkeypatch.setattr(measures, "prediction_memory", lambda *arguments: PEAK)
    monkeypatch.setattr(
        measures, "command", lambda words, runs: Measure(words[0], 1.0, "s", 1.0, 1.0, 1)
    )
    monkeypatch.setattr(measures, "LENGTHS", (4, 8))
    monkeypatch.setattr(measures, "growth", lambda *arguments: [Growth(4, 2.0, 1.0)])
    monkeypatch.setitem(measures.TEXTS, "sentence", 3)
    logged: list[str] = []
    found = measure(
        tiny_run, documents, KINDS, runs=1, units=[1, 4], batch_size=2, log=logged.append
    )
    assert [each.name for each in found.more] == [
        "predict in bfloat16, at most 4 units per batch",
        "heads, sentences of 4 words",
        "heads, sentences of 8 words",
        "spacy_pipe",
        "training step, 2 units per batch",
        "--help",
        "config",
    ]
    assert list(found.speed) == [1, 4]
    assert found.memory == PEAK
    assert found.growth == [Growth(4, 2.0, 1.0)]
    assert found.parts[0].name == "backbone.encoder"
    assert logged[:2] == ["parameters and multiply-adds", "prediction, batches of 1"]
    assert "documents: only for models of documents" in logged
    assert "context: the model reads none" in logged
    numbers = found.to_dict()
    assert numbers["parameters"] == sum(part["parameters"] for part in numbers["parts"])
    for each in numbers["speed"]:
        assert each["units_per_second"] == pytest.approx(found.units / each["value"])
        assert each["encoder_units_per_second"] == pytest.approx(found.units / each["baseline"])


def test_the_best_batch_size_is_the_fastest() -> None:
    found = Efficiency(Path("run"), 10)
    assert found.best is None
    found.speed = {
        1: Measure("a", 4.0, "s", 2.0, 2.0, 1),
        8: Measure("b", 2.0, "s", 1.0, 2.0, 1),
        32: Measure("c", 2.5, "s", 1.0, 2.5, 1),
    }
    assert found.best == 8
    assert found.units_per_second(8) == 5.0
    assert found.units_per_second(8, encoder=True) == 10.0


def test_a_command_is_timed_against_an_empty_python() -> None:
    found = measures.command(["--version"], runs=1)
    assert found.name == "jointre --version"
    assert found.value > found.baseline > 0


def test_documents_grow_instead_of_sentences(
    overfitted_documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "training_memory", lambda *arguments: PEAK)
    monkeypatch.setattr(measures, "prediction_memory", lambda *arguments: PEAK)
    monkeypatch.setattr(measures, "DOCUMENT_LENGTHS", (20, 150))
    monkeypatch.setitem(measures.TEXTS, "document", 2)
    documents = list(Reader.by_name("jsonl")().read(Path("fixtures/abstracts/dev.jsonl")))
    kinds: list[Kind] = ["heads", "documents", "spacy"]
    logged: list[str] = []
    found = measure(
        overfitted_documents,
        documents,
        kinds,
        runs=1,
        units=[2],
        batch_size=1,
        log=logged.append,
    )
    names = [each.name for each in found.more]
    growth = [name for name in names if name.startswith("predict, ")]
    assert growth[0].startswith("predict, 20 words, ")
    assert growth[1].startswith("predict, 150 words, ")
    assert growth[1].endswith(" entities found")
    assert names.count("peak") == 3
    assert logged[0] == "heads: only for models of sentences"
