import json
from pathlib import Path
from typing import Any

import pytest

from jointre.errors import ConfigError, DataError
from jointre.evaluation.files import score_files

TOKENS = ["Ada", "and", "Bob", "met"]
ENTITIES = [{"type": "Per", "start": 0, "end": 1}, {"type": "Per", "start": 2, "end": 3}]
TYPES = {
    "entities": {"Per": {"short": "Per", "verbose": "Person"}},
    "relations": {"Met": {"short": "Met", "verbose": "Met", "symmetric": True}},
}


def record(head: int, tail: int, **more: Any) -> dict[str, Any]:
    relations = [{"type": "Met", "head": head, "tail": tail}]
    return {"tokens": TOKENS, "entities": ENTITIES, "relations": relations, **more}


def saved(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value))
    return path


def test_symmetric_labels_come_from_the_types_file_or_the_caller(tmp_path: Path) -> None:
    gold = saved(tmp_path / "gold.json", [record(0, 1, orig_id="a")])
    predicted = saved(tmp_path / "predicted.json", [record(1, 0, orig_id="a")])
    types = saved(tmp_path / "types.json", TYPES)

    def strict(**options: Any) -> float:
        return score_files(gold, predicted, "spert", **options).report.flat()["relation_strict_f1"]

    assert strict() == 0
    assert strict(types=types) == 1
    assert strict(symmetric=["Met"]) == 1
    assert strict(symmetric=["Other"], types=types) == 0


def test_documents_without_names_are_paired_by_position(tmp_path: Path) -> None:
    gold = saved(tmp_path / "gold.json", [record(0, 1), record(0, 1)])
    predicted = saved(tmp_path / "predicted.json", [record(0, 1), record(1, 0)])
    named = saved(tmp_path / "named.json", [record(0, 1, orig_id="a"), record(0, 1, orig_id="b")])
    assert score_files(gold, predicted, "spert").report.blocks["relation_strict"].counts == (
        1,
        2,
        2,
    )
    assert score_files(named, predicted, "spert").report.flat()["relation_strict_f1"] == 0.5
    assert score_files(gold, named, "spert").report.flat()["relation_strict_f1"] == 1
    longer = saved(tmp_path / "longer.json", [record(0, 1)] * 3)
    with pytest.raises(DataError, match="2 gold documents, but 3 predicted ones"):
        score_files(gold, longer, "spert")


def test_named_documents_must_agree(tmp_path: Path) -> None:
    gold = saved(tmp_path / "gold.json", [record(0, 1, orig_id="a")])
    predicted = saved(tmp_path / "predicted.json", [record(0, 1, orig_id="b")])
    with pytest.raises(DataError, match="document 0: gold is 'a', predicted is 'b'"):
        score_files(gold, predicted, "spert")


def test_two_formats_and_what_readers_could_not_hold(tmp_path: Path) -> None:
    gold = saved(tmp_path / "gold.json", [record(0, 1, orig_id="a")])
    ner = [[0, 0, "Per"], [2, 2, "Per"], [7, 9, "Per"]]
    line = {
        "doc_key": "a",
        "sentences": [TOKENS],
        "ner": [ner],
        "relations": [[[0, 0, 2, 2, "Met"]]],
    }
    predicted = saved(tmp_path / "predicted.jsonl", line)
    scored = score_files(gold, predicted, "spert", "pure", predicted_format="dygie")
    assert scored.report.flat()["relation_strict_f1"] == 1
    assert list(scored.skipped) == [predicted]
    assert len(scored.skipped[predicted].lines()) == 1


def test_max_width_is_for_protocols_that_take_it(tmp_path: Path) -> None:
    gold = saved(tmp_path / "gold.json", [record(0, 1, orig_id="a")])
    wide = record(0, 1, orig_id="a")
    wide["entities"] = [*ENTITIES, {"type": "Per", "start": 0, "end": 4}]
    scored = score_files(saved(tmp_path / "wide.json", [wide]), gold, "spert", "dygie", max_width=3)
    assert scored.report.blocks["entity"].support == 2
    with pytest.raises(
        ConfigError,
        match=r"max_width: 3 was given, but the protocol 'spert' takes no width; .* do: dygie",
    ):
        score_files(gold, gold, "spert", max_width=3)


def test_training_facts_are_for_protocols_that_take_them(tmp_path: Path) -> None:
    gold = saved(tmp_path / "gold.json", [record(0, 1, orig_id="a")])
    facts = saved(tmp_path / "facts.json", [["Ada", "Bob", "Met"]])
    report = score_files(gold, gold, "spert", "docred", train_facts=[facts]).report
    assert report.blocks["relation_boundary"].f1 == 1
    assert report.blocks["relation_ign"].f1 == 0
    assert "relation_ign" not in score_files(gold, gold, "spert", "docred").report.blocks
    with pytest.raises(
        ConfigError,
        match=r"train_facts: .*facts\.json was given, but the protocol 'jerex' takes no training "
        r"facts; those that do: docred",
    ):
        score_files(gold, gold, "spert", "jerex", train_facts=[facts])


@pytest.mark.parametrize(("options", "names"), [(("sper",), "spert"), (("spert", "pur"), "pure")])
def test_unknown_names_list_the_choices(tmp_path: Path, options, names: str) -> None:
    gold = saved(tmp_path / "gold.json", [record(0, 1, orig_id="a")])
    with pytest.raises(ConfigError, match=names):
        score_files(gold, gold, *options)
