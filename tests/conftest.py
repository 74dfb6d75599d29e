"""What the tests of models, training, inference and the command line share."""

import os

# Nothing here may reach for the network, and models are so small that a second thread costs
# more than it helps. Libraries read this when they are imported; subprocesses inherit it.
os.environ.update(
    {
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",  # some tests compute with two threads
    }
)

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from tests.markdown import make_workspace
from tests.tiny_runs import (
    ABSTRACTS,
    document_model,
    experiment,
    make_data,
    make_single_mentions,
    memorise,
    table_model,
)

# No test depends on its time: a busy machine is no fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


Shared = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session", autouse=True)
def temporary_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Temporary files lie below pytest's own folder, which removes what a killed run leaves."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("temporary"))
    yield
    tempfile.tempdir = before


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Shared:
    """Makes a folder by its name, which one worker fills and all of them read."""
    own = tmp_path_factory.getbasetemp()
    root = own if worker_id == "master" else own.parent

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = root / f"shared-{name}", root / f"shared-{name}.done"
        with FileLock(root / f"shared-{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # left by a worker that failed
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def tiny_data(shared: Shared) -> Path:
    """A slice of the newswire corpus, a tiny encoder and a run; not to be changed."""
    from jointre.training.run import train

    def make(folder: Path) -> None:
        train(experiment(make_data(folder), {"training.epochs": 5}), folder / "run")

    return shared("tiny", make)


@pytest.fixture(scope="session")
def tiny_run(tiny_data: Path) -> Path:
    """A finished run of five epochs; not to be changed."""
    return tiny_data / "run"


@pytest.fixture(scope="session")
def overfitted(shared: Shared) -> Path:
    """A run that knows two documents by heart; ``two.jsonl`` beside it holds them."""
    changes = {
        "model.interaction.dropout": 0.0,
        "model.sampler.entity_negatives": 200,
        "training.monitor": "relation_strict_f1",
    }
    return shared("overfitted", lambda folder: memorise(folder, changes)) / "run"


@pytest.fixture(scope="session")
def overfitted_pairs(shared: Shared) -> Path:
    """A span model that relates mentions of different sentences; it knows two abstracts by heart.

    In ``two.jsonl`` beside it, every mention is an entity of its own.
    """

    def make(folder: Path) -> Path:
        changes = {
            "model.interaction.dropout": 0.0,
            "model.sampler.entity_negatives": 200,
            "model.pairs": "document",
            "training.monitor": "relation_strict_f1",
        }
        return memorise(folder, changes, make_single_mentions(folder / "corpus"))

    return shared("pairs", make) / "run"


@pytest.fixture(scope="session")
def overfitted_table(shared: Shared) -> Path:
    """A small CARE that knows two sentences by heart, in ``two.jsonl`` beside it."""

    def make(folder: Path) -> Path:
        changes = {
            "model": table_model(folder / "encoder"),
            "training.optimizer": {"type": "adam", "lr": 0.003},
            "training.protocol": "care",
            "training.monitor": ["entity_f1", "relation_cell_f1"],
            "training.epochs": 12,
        }
        return memorise(folder, changes)

    return shared("table", make) / "run"


@pytest.fixture(scope="session")
def overfitted_documents(shared: Shared) -> Path:
    """A run with a memory that knows two abstracts by heart, in ``two.jsonl`` beside it."""

    def make(folder: Path) -> Path:
        changes = {
            "model": document_model(folder / "encoder", loss_weights={"mention": 10.0}),
            "training.protocol": "jerex",
            "training.monitor": "relation_strict_f1",
            "training.optimizer": {"type": "adam", "lr": 0.003},
            "training.epochs": 9,
            "training.callbacks": [{"type": "memory_warmup", "proportion": 0.3}],
        }
        return memorise(folder, changes, ABSTRACTS)

    return shared("documents", make) / "run"


@pytest.fixture(scope="session")
def trained_study(shared: Shared, tiny_data: Path) -> Path:
    """A study of two variants and two seeds, and a variant that fails; not to be changed."""
    from tests.studies.small import train_study

    return shared("study", lambda folder: train_study(folder, tiny_data)) / "study"


@pytest.fixture(scope="session")
def workspace(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A worker's own folder like a clone's, with the README's run in it, briefly trained."""
    own = tmp_path_factory.mktemp("workspace")
    made = shared("workspace", make_workspace)
    return Path(shutil.copytree(made, own, symlinks=True, dirs_exist_ok=True))
