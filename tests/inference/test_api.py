import json
from pathlib import Path

import jointre


def test_load_and_evaluate(tiny_run: Path) -> None:
    document = jointre.load(tiny_run, device="cpu")(["Ingrid", "left"])
    assert document.tokens == ("Ingrid", "left")
    report = jointre.evaluate(tiny_run, tiny_run.parent / "test.jsonl")
    metrics = json.loads((tiny_run / "metrics.json").read_text())
    assert report.to_dict() == metrics["best"]["test"]
    other = jointre.evaluate(
        tiny_run / "archive", tiny_run.parent / "test.jsonl", format="jsonl", protocol="pure"
    )
    assert other.protocol == "pure"
