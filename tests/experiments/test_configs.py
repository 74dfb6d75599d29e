"""Every shipped experiment resolves to its snapshot and can be built."""

import json
from pathlib import Path

import pytest

from jointre.testing.tiny import tiny_encoder, tiny_words
from tests.experiments.variants import build, load
from tests.snapshots import CONFIGS, EXPERIMENTS, ROOT, resolved, snapshot_of

IDS = [file.stem for file in EXPERIMENTS]


def test_experiments_and_snapshots_match() -> None:
    assert len(EXPERIMENTS) >= 6
    assert {snapshot_of(file) for file in EXPERIMENTS} == set(CONFIGS.rglob("*.json"))


@pytest.mark.parametrize("file", EXPERIMENTS, ids=IDS)
def test_the_resolved_config_is_known(file: Path) -> None:
    stored = json.loads(snapshot_of(file).read_text(encoding="utf-8"))
    assert resolved(file) == stored, "if this is meant: python -m tests.snapshots"


@pytest.mark.parametrize("file", EXPERIMENTS, ids=IDS)
def test_it_says_how_to_run_it(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(f"// jointre train {file.relative_to(ROOT)}")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"), tiny_words(), layers=1)


@pytest.mark.parametrize("file", EXPERIMENTS, ids=IDS)
def test_it_can_be_built(file: Path, encoder: Path) -> None:
    experiment, config = load(str(file.relative_to(ROOT)), encoder)
    model = build(experiment)
    assert model.registered_name == config["model"]["type"]
    assert model.backbone.output_dim == 32
    assert experiment.training.optimizer().build(model).param_groups
