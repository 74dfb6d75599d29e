from pathlib import Path

from jointre.analysis.memory import prediction_memory, training_memory
from jointre.formats import Reader


def test_peaks_are_measured_in_fresh_processes(tiny_run: Path, tiny_data: Path) -> None:
    documents = list(Reader.by_name("jsonl")().read(tiny_data / "dev.jsonl"))
    found = prediction_memory(tiny_run, documents, max_units=4, max_pieces=4096, name="four")
    assert found.name == "peak memory of prediction, four"
    assert found.unit == "bytes"
    assert 0 < found.value < 2**30
    assert found.ratio == found.value / found.baseline


def test_training_counts_gradients_and_moments(tiny_run: Path, tiny_data: Path) -> None:
    documents = list(Reader.by_name("jsonl")().read(tiny_data / "train.jsonl"))
    found = training_memory(tiny_run, documents, "all at once")
    assert found.name == "peak memory of training, all at once"
    assert found.value > found.baseline > 1
