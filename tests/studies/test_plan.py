"""Variants × seeds × folds, checked as a whole, and recognised by what decides their result."""

import json
from pathlib import Path
from typing import Any

import pytest

from jointre.errors import ConfigError, DataError
from jointre.studies.plan import plan
from tests.studies.small import write_study
from tests.tiny_runs import make_data

TWO = ["{ name: 'a' }", "{ name: 'b', change: { training+: { epochs: 2 * super.epochs } } }"]


def test_runs(tiny_data: Path, tmp_path: Path) -> None:
    """A change may refer to what it changes; overrides apply to all variants."""
    planned = plan(write_study(tmp_path / "s.jsonnet", tiny_data, TWO, seeds=[1, 2]))
    assert [(run.variant, run.seed, run.fold) for run in planned.runs] == [
        ("a", 1, None),
        ("b", 1, None),
        ("a", 2, None),
        ("b", 2, None),
    ]
    assert [run.config["training"]["epochs"] for run in planned.runs[:2]] == [1, 2]
    assert [run.config["seed"] for run in planned.runs] == [1, 1, 2, 2]
    assert (planned.show, planned.split) == (["entity_f1"], "test")
    assert len({run.name for run in planned.runs}) == 4
    changed = plan(tmp_path / "s.jsonnet", ["training.epochs=5"])
    assert [run.config["training"]["epochs"] for run in changed.runs[:2]] == [5, 5]


def test_what_a_run_is_recognised_by(tmp_path: Path) -> None:
    """The experiment and the content of the data, not where the files are."""
    (tmp_path / "one").mkdir()
    first = make_data(tmp_path / "one")
    encoder = {"model.encoder.model_name": str(first / "encoder")}

    def digest(data: Path, **changes: Any) -> str:
        changed = {**encoder, **{key.replace("__", "."): value for key, value in changes.items()}}
        study = write_study(tmp_path / "s.jsonnet", data, ["{ name: 'a' }"], changed)
        return plan(study).runs[0].digest

    original = digest(first)
    (tmp_path / "two").mkdir()
    moved = make_data(tmp_path / "two")
    assert digest(moved) == original
    assert digest(first, data__name="News", training__keep_checkpoints=True) == original
    assert digest(first, training__epochs=2) != original
    record = json.loads((moved / "dev.jsonl").read_text().splitlines()[0])
    with (moved / "dev.jsonl").open("a") as lines:
        lines.write(json.dumps({**record, "id": "another"}) + "\n")
    assert digest(moved) != original


def test_folds_of_the_training_documents(tiny_data: Path, tmp_path: Path) -> None:
    changes = {"data.test": None, "data.dev": None}
    study = write_study(tmp_path / "s.jsonnet", tiny_data, TWO, changes, folds=3)
    planned = plan(study)
    assert [run.fold for run in planned.runs] == [1, 1, 2, 2, 3, 3]
    folds = [run.config["data"]["fold"] for run in planned.runs[::2]]
    assert folds == [{"number": number, "of": 3, "seed": 0} for number in (1, 2, 3)]
    assert planned.split == "test"
    assert "-fold2-" in planned.runs[2].name


def test_folds_of_files(tiny_data: Path, tmp_path: Path) -> None:
    parts = [str(tiny_data / f"{name}.jsonl") for name in ("train", "test")]
    folds = [{"train": parts[0], "test": parts[1]}, {"train": parts[1], "test": parts[0]}]
    planned = plan(write_study(tmp_path / "s.jsonnet", tiny_data, TWO[:1], folds=folds))
    found = [[run.config["data"][key] for key in ("train", "test", "dev")] for run in planned.runs]
    assert found == [[*parts, None], [*parts[::-1], None]]


def test_all_mistakes_of_all_variants(tiny_data: Path, tmp_path: Path) -> None:
    """Once for the variants that share them."""
    variants = [
        "{ name: 'a' }",
        "{ name: 'b' }",
        "{ name: 'c', change: { model+: { interaction+: { heads: 'many' } } } }",
        "{ name: 'd', published: { f1: 3 } }",
    ]
    study = write_study(tmp_path / "s.jsonnet", tiny_data, variants, {"training.epochs": 0})
    with pytest.raises(ConfigError) as caught:
        plan(study)
    message = str(caught.value)
    assert message.startswith("4 variants of 4 cannot be trained:\n  all variants: training.epochs")
    assert message.count("training.epochs: 0 is not accepted") == 1
    assert '\n  c: model.interaction.heads: "many" is not accepted' in message
    write_study(tmp_path / "s.jsonnet", tiny_data, [variants[0], variants[3]])
    with pytest.raises(
        ConfigError, match=r"1 variant of 2 .*:\n  d: published: 'f1' is not a score"
    ):
        plan(study)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "a config is an object"),
        ("{ experiment: {} }", "variants: missing"),
        ("{ experiment: {}, variants: 'a' }", 'variants: "a" is not accepted'),
        ("{ experiment: {}, variants: ['a'] }", 'variants.0: "a" is not accepted'),
        ("{ variants: [{ name: 'a' }] }", "experiment must be an object"),
        ("{ experiment: 3, variants: [{ name: 'a' }] }", "experiment must be an object"),
        (
            "{ experiment: {}, variants: [{ name: 'a', change: 'x' }] }",
            "the change of variants 'a' must be an object",
        ),
        ("{ experiment: {}, variants: [{ name: 'a' }], sedes: [1] }", "mean 'seeds'"),
    ],
)
def test_studies_of_another_form(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "s.jsonnet").write_text(text)
    with pytest.raises(ConfigError, match=message):
        plan(tmp_path / "s.jsonnet")


def test_scores_that_do_not_compare(tiny_data: Path, tmp_path: Path) -> None:
    file = tmp_path / "s.jsonnet"
    other = "{ name: 'b', change: { training+: { protocol: 'care', monitor: null } } }"
    write_study(file, tiny_data, ["{ name: 'a' }", other])
    with pytest.raises(ConfigError, match=r"scored by different protocols \(care, spert\)"):
        plan(file)
    write_study(file, tiny_data, ["{ name: 'a' }"], {"data.test": None}, split="test")
    with pytest.raises(ConfigError, match="split='test', but not every variant has test data"):
        plan(file)
    without = {"data.test": None, "data.dev": None}
    write_study(file, tiny_data, ["{ name: 'a' }"], without)
    with pytest.raises(ConfigError, match="nothing to compare: not every variant has dev data"):
        plan(file)
    write_study(file, tiny_data, ["{ name: 'a' }"], show=["entity"])
    with pytest.raises(ConfigError, match="show: 'entity' is not a score of the protocol 'spert'"):
        plan(file)


def test_missing_data(tiny_data: Path, tmp_path: Path) -> None:
    changes = {"data.train": "/nowhere/t.jsonl", "data.dev": "/nowhere/d.jsonl"}
    study = write_study(
        tmp_path / "s.jsonnet", tiny_data, TWO, {**changes, "data.hint": "Ask Eve."}
    )
    with pytest.raises(DataError) as caught:
        plan(study)
    assert str(caught.value) == "missing: /nowhere/t.jsonl, /nowhere/d.jsonl\nAsk Eve."
