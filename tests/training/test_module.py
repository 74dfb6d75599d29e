from pathlib import Path

import pytest
import torch

from jointre.config import construct
from jointre.training.experiment import Experiment
from jointre.training.module import TrainingModule
from jointre.training.run import train
from tests.tiny_runs import experiment


def test_dropout_is_on_while_training(tiny_data: Path, tmp_path: Path) -> None:
    """Pretrained encoders load in evaluation mode, and Lightning keeps the modes it finds."""
    seen: list[tuple[bool, bool]] = []
    original = TrainingModule.training_step

    def watched(self: TrainingModule, step: object, number: int) -> torch.Tensor:
        modes = [module.training for module in self.model.modules()]
        seen.append((all(modes), self.model.encoder.training))
        return original(self, step, number)

    changes = {"training.epochs": 2, "data.test": None}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrainingModule, "training_step", watched)
        train(experiment(tiny_data, changes), tmp_path / "run")
    assert seen == [(True, True)] * 12  # the second epoch comes after a validation


def test_a_batch_draws_its_dropout_from_seed_epoch_and_number(tiny_data: Path) -> None:
    losses = {}
    for seed in (3, 3, 4):
        built = construct(Experiment, experiment(tiny_data))
        losses.setdefault(seed, []).append(one_loss(built, seed, tiny_data))
    assert losses[3][0] == losses[3][1]
    assert losses[3][0] != losses[4][0]


def one_loss(built: Experiment, seed: int, folder: Path) -> float:
    """The loss of an untrained model on the first batch, whose dropout the seed decides."""
    from jointre.training.corpus import read_corpus
    from jointre.training.run import _module

    corpus = read_corpus(built.data, lambda line: None)
    torch.manual_seed(0)
    model = built.model(vocabulary=corpus.vocabulary)
    metric = built.training.protocol(symmetric=frozenset())
    module = _module(built, corpus, model, metric, lambda line: None)
    module.seed = seed
    module.log = lambda *names, **options: None  # type: ignore[method-assign,assignment]
    torch.manual_seed(7 * seed)  # what was drawn before does not matter
    module.on_fit_start()
    return module.training_step(module.batches[0], 0).item()
