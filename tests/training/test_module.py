import json
from pathlib import Path
from typing import Any

import pytest
import torch

from jointre.config import construct
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData
from jointre.data.split import split
from jointre.inference import Predictor
from jointre.models import TrainingBatch
from jointre.models.predict import predict_batch
from jointre.training.batches import loader
from jointre.training.corpus import read_corpus
from jointre.training.experiment import Experiment
from jointre.training.module import DevSet, TrainingModule
from jointre.training.run import _module, train
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


def made(folder: Path, changes: dict[str, Any]) -> TrainingModule:
    built: Experiment = construct(Experiment, experiment(folder, changes))
    corpus = read_corpus(built.data, print)
    model = built.model(vocabulary=corpus.vocabulary)
    metric = built.training.protocol(symmetric=corpus.vocabulary.symmetric)
    return _module(built, corpus, model, metric, lambda line: None)


@pytest.mark.parametrize(
    ("changes", "updates"),
    [
        ({"training.batch_size": 5}, 3 * 5),
        ({"training.batch_size": 5, "training.drop_last": True}, 3 * 4),
        ({"training.batch_size": 5, "training.accumulate": 2}, 3 * 3),
        ({"training.batch_size": 50, "training.drop_last": True}, 3),
    ],
)
def test_updates(tiny_data: Path, changes: dict[str, Any], updates: int) -> None:
    assert made(tiny_data, changes).updates.total == updates


@pytest.mark.parametrize(("precision", "fused"), [("32", True), ("16-mixed", False)])
def test_optimizer_and_schedule(tiny_data: Path, precision: str, fused: bool) -> None:
    both = made(tiny_data, {"training.precision": precision}).configure_optimizers()
    groups = both["optimizer"].param_groups
    assert [group["fused"] for group in groups] == [fused, fused]
    assert both["lr_scheduler"]["interval"] == "step"
    assert both["lr_scheduler"]["scheduler"].get_last_lr() == [0.0, 0.0]  # warm-up from 0


def test_clipping_is_by_the_norm_of_all(tiny_data: Path) -> None:
    """Lightning's own limit is not used; two groups of parameters are scaled as one."""
    for limit, expected in ((None, [3.0, 4.0]), (1.0, [0.6, 0.8])):
        module = made(tiny_data, {"training.gradient_clip": limit})
        optimizer = module.updates.optimizer
        parameters = [group["params"][0] for group in optimizer.param_groups]
        for parameter, value in zip(parameters, (3.0, 4.0), strict=True):
            parameter.grad = torch.zeros_like(parameter)
            parameter.grad.view(-1)[0] = value
        module.configure_gradient_clipping(optimizer, 7.0)
        grads = [parameter.grad.view(-1)[0].item() for parameter in parameters]
        assert grads == pytest.approx(expected, abs=1e-5)


def test_training_batches_are_moved(tiny_data: Path) -> None:
    """What the loader gives is what the move recognises."""
    module = made(tiny_data, {})
    step = next(iter(loader(module.batches, 0)))
    batch, _, ids = module.transfer_batch_to_device(step, torch.device("meta"), 0)
    assert isinstance(batch, TrainingBatch)
    assert batch.stages.inputs.ids.device.type == "meta"
    assert ids == step.documents
    items = next(iter(module.val_dataloader()))
    assert module.transfer_batch_to_device(items, torch.device("meta"), 0) is items


def test_long_dev_sentences_are_cut_as_in_prediction(overfitted: Path) -> None:
    """Training scores the very predictions that ``evaluate`` scores."""
    extract = Predictor.load(overfitted, device="cpu")
    lines = (overfitted.parent / "two.jsonl").read_text().splitlines()
    tokens = [token for line in lines for token in json.loads(line)["tokens"] if token != "."]
    documents = [
        Document("long", tuple(tokens * (600 // len(tokens)))),
        Document("short", tuple(tokens[:10])),
        Document("silent", ("\u200b", "\u200d")),
        Document("empty", ()),
    ]
    dev = DevSet(documents, split(documents, extract.model.unit), extract.model)
    found = {
        item.number: document
        for items in dev.batches
        for item, document in zip(
            items, predict_batch(extract.model, items, dev.preparer), strict=True
        )
    }
    predicted = dev.predicted(found)
    assert predicted == extract.documents(documents, skipped=SkippedData())
    assert [len(one.entities) > 3 for one in predicted] == [True, False, False, False]
    assert predicted[0].flags[0].startswith("windows:")
