"""``jointre convert-checkpoint`` from the command line."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

import jointre
from jointre.cli.main import app
from jointre.errors import DataError
from jointre.testing.tiny import tiny_encoder
from tests.models.test_published import HEADS

RUNNER = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An experiment, a types file and a PyTorch checkpoint."""
    encoder = tiny_encoder(tmp_path / "bert", ["Bob", "Rome"], hidden=4, layers=1, heads=2)
    types = {"entities": {"Peop": {}, "Loc": {}}, "relations": {"W": {}, "L": {"symmetric": True}}}
    (tmp_path / "types.json").write_text(json.dumps(types))
    config = {
        "data": {"reader": {"type": "spert"}, "train": "absent.json"},
        "model": {
            "type": "span",
            "encoder": {"type": "transformer", "model_name": str(encoder)},
            "projection": "linear",
            "interaction": {"type": "ctam", "heads": 2},
            "width_dim": 2,
        },
        "training": {"epochs": 1, "batch_size": 1, "optimizer": {"type": "adam", "lr": 0.1}},
    }
    (tmp_path / "sinet.json").write_text(json.dumps(config))
    bert = load_file(encoder / "model.safetensors")
    torch.save({f"bert.{name}": value for name, value in bert.items()} | HEADS, tmp_path / "s.bin")
    return tmp_path


def arguments(folder: Path) -> list[str]:
    return ["convert-checkpoint", *(str(folder / n) for n in ("s.bin", "sinet.json", "out"))]


def test_convert_and_extract(folder: Path) -> None:
    result = RUNNER.invoke(app, [*arguments(folder), "--types", str(folder / "types.json")])
    assert result.exit_code == 0, result.output
    assert "bert.pooler.dense.weight skipped; no part of the model reads it" in result.stderr
    assert result.stdout.endswith("out: written\n")
    extract = jointre.load(folder / "out", device="cpu")
    assert extract.vocabulary.entity_labels == ("Peop", "Loc")  # the file's order, not sorted
    assert extract.vocabulary.symmetric == {"L"}
    assert extract(["Bob", "Rome"]).tokens == ("Bob", "Rome")


def test_without_a_types_file(folder: Path) -> None:
    result = RUNNER.invoke(app, arguments(folder))
    assert isinstance(result.exception, DataError)
    assert "names no types file, so the classes are unknown; give --types" in str(result.exception)


def test_it_is_not_listed() -> None:
    assert "convert-checkpoint" not in RUNNER.invoke(app, ["--help"]).stdout
    assert "published SINET" in RUNNER.invoke(app, ["convert-checkpoint", "--help"]).stdout
