import warnings
from pathlib import Path

import pytest
import torch
from lightning.pytorch import Trainer

from jointre import atomic
from jointre.errors import RunError
from jointre.training.best import BestArchive
from jointre.training.lightning_callbacks import (
    Epochs,
    WholeFileCheckpoints,
    as_csv,
    require_finite,
)
from jointre.training.run_dir import RunDirectory


def empty(path: Path, patience: int | None) -> Epochs:
    best = BestArchive(path / "checkpoints", {}, {})
    return Epochs(RunDirectory(path), best, ["entity_f1"], patience, lambda line: None)


def epochs(path: Path, patience: int | None, best: int, count: int) -> Epochs:
    made = empty(path, patience)
    made.load_state_dict(
        {
            "rows": [{"epoch": number + 1, "loss": 0.5} for number in range(count)],
            "best_epoch": max(best, count - 1) if best >= 0 else best,
            "improved_epoch": best,
            "best_value": 0.5,
            "reports": {},
        }
    )
    return made


@pytest.mark.parametrize(
    ("patience", "best", "count", "stops"),
    [(2, 0, 3, True), (2, 1, 3, False), (None, 0, 9, False), (1, -1, 3, False), (1, 0, 0, False)],
)
def test_a_recovered_run_knows_its_patience(
    tmp_path: Path, patience: int | None, best: int, count: int, stops: bool
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer = Trainer(accelerator="cpu", logger=False, enable_checkpointing=False)
    epochs(tmp_path, patience, best, count)._stop_if_exhausted(trainer, count - 1)
    assert trainer.should_stop is stops


def test_state_is_plain(tmp_path: Path) -> None:
    """A checkpoint is read with weights_only, so nothing else may be in it."""
    one = epochs(tmp_path, 2, 1, 3)
    torch.save(one.state_dict(), tmp_path / "state")
    other = empty(tmp_path, 2)
    other.load_state_dict(torch.load(tmp_path / "state", weights_only=True))
    assert other.state_dict() == one.state_dict()


def test_checkpoints_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "deep" / "last.ckpt"
    WholeFileCheckpoints(tmp_path / "previous.ckpt").save_checkpoint({"epoch": 1}, target)
    assert torch.load(target, weights_only=True) == {"epoch": 1}
    monkeypatch.setattr(atomic, "_new_file", lambda draft: draft.symlink_to("/dev/full"))
    with pytest.raises(RunError, match=r"last\.ckpt cannot be written \(No space left on device\)"):
        WholeFileCheckpoints(tmp_path / "previous.ckpt").save_checkpoint({"epoch": 2}, target)
    assert torch.load(target, weights_only=True) == {"epoch": 1}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(value: float) -> None:
    model = torch.nn.Linear(2, 2)
    require_finite(model, 4)
    model.bias.data[1] = value
    with pytest.raises(RunError) as caught:
        require_finite(model, 4)
    assert str(caught.value) == (
        "the weights are not finite at the end of epoch 5 (bias first). The checkpoint of the "
        "epoch before is kept. Lower training.optimizer.lr or training.gradient_clip and start "
        "again in another directory"
    )


def test_csv() -> None:
    assert as_csv([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25, "f1": 1.0}]) == (
        "epoch,loss,f1\n1,0.5,\n2,0.25,1.0\n"
    )
