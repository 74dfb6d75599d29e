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


def test_evaluate_without_facts_of_training(tiny_run: Path) -> None:
    gold, facts = (tiny_run.parent / f"{name}.jsonl" for name in ("test", "train"))
    one = jointre.evaluate(tiny_run, gold, protocol="docred", train_facts=str(facts))
    other = jointre.evaluate(tiny_run, gold, protocol="docred", train_facts=[facts])
    assert "relation_ign" in one.blocks
    assert one == other
    assert "relation_ign" not in jointre.evaluate(tiny_run, gold, protocol="docred").blocks
