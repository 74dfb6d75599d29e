"""What the tests of models, training, inference and the command line share."""

import os

# Nothing here may reach for the network, and models are so small that a second thread costs
# more than it helps. Libraries read this when they are imported; subprocesses inherit it.
os.environ.update(
    {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"}
)

from pathlib import Path

import pytest
from hypothesis import settings

from tests.tiny_runs import ABSTRACTS, document_model, experiment, make_data, memorise

# No test depends on its time: a busy machine is no fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a slice of the newswire corpus and a tiny encoder; not to be changed."""
    return make_data(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tiny_run(tiny_data: Path) -> Path:
    """A finished run of two epochs; not to be changed."""
    from jointre.training.run import train

    train(experiment(tiny_data, {"training.epochs": 2}), tiny_data / "run")
    return tiny_data / "run"


@pytest.fixture(scope="session")
def overfitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that knows two documents by heart; ``two.jsonl`` beside it holds them."""
    changes = {
        "model.interaction.dropout": 0.0,
        "model.sampler.entity_negatives": 200,
        "training.monitor": "relation_strict_f1",
    }
    return memorise(tmp_path_factory.mktemp("overfitted"), changes)


@pytest.fixture(scope="session")
def overfitted_documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a memory that knows two abstracts by heart, in ``two.jsonl`` beside it."""
    folder = tmp_path_factory.mktemp("documents")
    changes = {
        "model": document_model(folder / "encoder"),
        "training.protocol": "jerex",
        "training.monitor": "relation_strict_f1",
        "training.optimizer": {"type": "adam", "lr": 0.003},
        "training.epochs": 130,
        "training.callbacks": [{"type": "memory_warmup", "proportion": 0.3}],
    }
    return memorise(folder, changes, ABSTRACTS)
