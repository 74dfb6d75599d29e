from pathlib import Path
from typing import Any

import pytest
import torch

from jointre.errors import RunError
from jointre.training.best import BestArchive
from jointre.training.lightning_callbacks import Epochs
from jointre.training.recovery import explained_interruption, interrupted, usable_checkpoint
from jointre.training.run_dir import RunDirectory

STATE = {"weight": torch.ones(40, 50)}


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    run = RunDirectory(tmp_path / "run")
    run.checkpoint.parent.mkdir(parents=True)
    return run


def write(path: Path, state: Any = STATE) -> None:
    torch.save({"state_dict": state}, path)


def cut(content: bytes) -> bytes:
    return content[:1000]


def flip(content: bytes) -> bytes:
    """One bit in the middle of the weights."""
    middle = content.index(torch.ones(8).numpy().tobytes()) + 2001
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def other(content: bytes) -> bytes:
    return b"text"


def test_the_last_one(run: RunDirectory) -> None:
    said: list[str] = []
    assert usable_checkpoint(run, STATE, said.append) is None
    write(run.previous)
    assert usable_checkpoint(run, STATE, said.append) == run.previous  # killed between renames
    write(run.checkpoint)
    assert usable_checkpoint(run, STATE, said.append) == run.checkpoint
    assert said == []


@pytest.mark.parametrize("damage", [cut, flip, other, lambda content: b""])
def test_a_damaged_one_falls_back_to_the_epoch_before(run: RunDirectory, damage: Any) -> None:
    write(run.previous)
    write(run.checkpoint)
    run.checkpoint.write_bytes(damage(run.checkpoint.read_bytes()))
    said: list[str] = []
    assert usable_checkpoint(run, STATE, said.append) == run.previous
    (line,) = said
    assert line.startswith(f"{run.checkpoint} is damaged (")
    assert line.endswith("); training continues from the checkpoint of the epoch before")
    assert not run.checkpoint.exists()


def test_nothing_is_left_to_fall_back_to(run: RunDirectory) -> None:
    run.checkpoint.write_bytes(b"half")
    with pytest.raises(RunError) as caught:
        usable_checkpoint(run, STATE, print)
    assert str(caught.value) == (
        f"{run.checkpoint} is damaged (File is not a zip file). There is no other checkpoint, so "
        "the run cannot be recovered; start it again with --force, or in another directory"
    )
    run.previous.write_bytes(b"half")
    with pytest.raises(RunError, match=r"last\.ckpt is damaged .+; .+previous\.ckpt is damaged "):
        usable_checkpoint(run, STATE, print)
    assert run.checkpoint.exists()


def test_another_model(run: RunDirectory) -> None:
    write(run.checkpoint)
    with pytest.raises(RunError) as caught:
        usable_checkpoint(run, {"weight": torch.ones(41, 50)}, print)
    assert str(caught.value) == (
        f"{run.checkpoint} does not fit the model: weight has shape [40, 50] in it, but [41, 50] "
        "in the model. The run was started with other labels or another version of jointre; train "
        "in another directory"
    )


def test_an_interruption_says_what_is_kept(run: RunDirectory) -> None:
    best = BestArchive(run.checkpoint.parent, {}, {})
    epochs = Epochs(run, best, ["entity_f1"], None, print)
    assert "has no model yet; to start again, repeat the command with" in interrupted(epochs)
    epochs.rows, epochs.best_epoch = [{}, {}, {}], 1
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt), explained_interruption(epochs, said.append):
        raise KeyboardInterrupt
    assert said == [
        f"interrupted: epochs 1 to 3 are kept in {run.path}, the best of them epoch 2; jointre "
        f"predict {run.path} works with their weights. To continue, repeat the command with "
        "--recover (without --force)"
    ]
