"""Callbacks: when they are called, the warm-up of the memory, and averaged weights."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from jointre.config import Factory, construct
from jointre.data.schema import Document
from jointre.errors import ConfigError
from jointre.models import Model, archive
from jointre.nn.refiners import Refiner
from jointre.testing.contracts import CallbackContract
from jointre.testing.tiny import tiny_vocabulary
from jointre.training.callbacks import (
    ExponentialMovingAverage,
    LabelNames,
    MemoryWarmup,
    TrainingCallback,
)
from jointre.training.module import TrainingModule
from jointre.training.optimizers import PlainAdamW
from jointre.training.run import train
from jointre.training.step import Updates, UpdateSettings
from tests.tiny_runs import experiment
from tests.training.test_recover import finish, results, staircase

FLOW = {"model.token_refiners": ["memory_flow"], "data.test": None}  # 6 updates an epoch


def warm(folder: Path, changes: dict[str, Any] | None = None, **warmup: Any) -> dict[str, Any]:
    """A small experiment with refiners that rest at first."""
    callbacks = [{"type": "memory_warmup", **warmup}]
    return experiment(folder, {**FLOW, "training.callbacks": callbacks, **(changes or {})})


def refiners(model: Model) -> list[Refiner]:
    return [module for module in model.modules() if isinstance(module, Refiner)]


@pytest.fixture(scope="module")
def model(tiny_data: Path) -> Model:
    changes = {"model.token_refiners": ["memory_flow"] * 2, "model.span_refiners": ["memory_flow"]}
    config = experiment(tiny_data, changes)["model"]
    made: Model = construct(Factory[Model], config, "model")(vocabulary=tiny_vocabulary())
    return made


@pytest.mark.parametrize(
    ("options", "total", "resting"),
    [
        ({"proportion": 0.0}, 4, 0),
        ({"proportion": 0.4}, 7, 2),  # rounded down
        ({"proportion": 0.5}, 10, 5),
        ({"proportion": 1}, 4, 4),
        ({"steps": 0}, 4, 0),
        ({"steps": 1}, 4, 1),
        ({"steps": 9}, 4, 5),
    ],
)
def test_refiners_rest_at_first(
    model: Model, options: dict[str, Any], total: int, resting: int
) -> None:
    warmup = construct(TrainingCallback, {"type": "memory_warmup", **options})
    warmup.check(model)
    found = []
    for step in range(total + 1):
        warmup.before_update(model, step, total)
        found.append([bool(refiner.active) for refiner in refiners(model)])
    assert found == [[False] * 3] * resting + [[True] * 3] * (total + 1 - resting)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"memory_warmup takes either proportion .* or steps .*, not none"),
        ({"proportion": 0.5, "steps": 3}, r"memory_warmup takes .*, not both, 0\.5 and 3"),
        ({"proportion": 1.5}, r"proportion.*1\.5"),
        ({"steps": -1}, r"steps.*-1"),
        ({"step": 3}, "did you mean 'steps'"),
    ],
)
def test_mistakes(tiny_data: Path, tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=rf"(?s)^training\.callbacks\.0.*{message}"):
        train(warm(tiny_data, **options), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_there_must_be_refiners(tiny_data: Path, tmp_path: Path) -> None:
    """A mistake that only the model shows; nothing is written."""
    config = warm(tiny_data, {"model.token_refiners": []}, steps=1)
    with pytest.raises(ConfigError) as caught:
        train(config, tmp_path / "run")
    message = str(caught.value)
    assert message.startswith(
        "training.callbacks: memory_warmup lets refiners rest, but the model has none; add one ("
    )
    assert "memory_flow" in message
    assert message.endswith(
        "to model.token_refiners or model.span_refiners, or leave memory_warmup out"
    )
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("changes", "first_batches"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"training.accumulate": 2}, [0, 2, 4]),
        ({"training.batch_size": 5, "training.accumulate": 2}, [0, 2, 4]),  # the last is short
    ],
)
def test_called_before_each_update(
    tiny_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    first_batches: list[int],
) -> None:
    """Once an update, before its first batch, with the number of finished updates."""
    happened: list[tuple[str, int]] = []
    step_of = TrainingModule.training_step

    def noted(self: MemoryWarmup, model: Model, step: int, total: int) -> None:
        assert total == 2 * len(first_batches)
        assert model.training
        happened.append(("update", step))

    def trained(self: TrainingModule, batch: Any, number: int) -> torch.Tensor:
        happened.append(("batch", number))
        return step_of(self, batch, number)

    monkeypatch.setattr(MemoryWarmup, "before_update", noted)
    monkeypatch.setattr(TrainingModule, "training_step", trained)
    config = warm(tiny_data, {"training.epochs": 2, "data.dev": None, **changes}, steps=1)
    train(config, tmp_path / "run")
    updates = [number for kind, number in happened if kind == "update"]
    assert updates == list(range(2 * len(first_batches)))
    following = [
        happened[place + 1] for place, (kind, _) in enumerate(happened) if kind == "update"
    ]
    assert following == 2 * [("batch", number) for number in first_batches]


def test_dev_and_checkpoints_see_the_state_of_the_last_update(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The warm-up ends in the second of three epochs."""
    seen: list[bool] = []
    validate = TrainingModule.validation_step

    def watched(self: TrainingModule, items: Any, number: int) -> None:
        seen.append(all(bool(one.active) for one in refiners(self.model)))
        validate(self, items, number)
        if number == 0 and self.current_epoch:
            saved = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
            kept.append(bool(saved["state_dict"][name]))

    name, kept = "model.backbone.refinement.refiners.0.active", list[bool]()
    monkeypatch.setattr(TrainingModule, "validation_step", watched)
    train(warm(tiny_data, steps=7), tmp_path)
    batches = len(seen) // 3
    assert seen == [False] * batches + [True] * 2 * batches
    assert kept == [False, True]  # what the first and second epochs ended with


def test_never_awake(tiny_data: Path, tmp_path: Path) -> None:
    """Resting refiners keep their first weights, and their archive says that they rest."""
    runs = {}
    for name, epochs in (("short", 1), ("long", 2)):
        changes = {"training.epochs": epochs, "training.optimizer.weight_decay": 0.1}
        train(warm(tiny_data, changes, proportion=1.0), tmp_path / name)
        runs[name] = load_file(tmp_path / name / "archive" / "model.safetensors")
    own = [key for key in runs["long"] if ".refiners." in key]
    assert len(own) == 3  # a map for each memory, and the state
    assert all(torch.equal(runs["short"][key], runs["long"][key]) for key in own)
    loaded = archive.load(tmp_path / "long").model
    assert [bool(one.active) for one in refiners(loaded)] == [False]


@pytest.mark.parametrize(
    ("callbacks", "strategy"),
    [(["memory_warmup"], "ddp_find_unused_parameters_true"), ([], "auto")],
)
def test_processes_do_not_wait_for_what_rests(
    tiny_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    callbacks: list[str],
    strategy: str,
) -> None:
    """Several processes exchange gradients, which a resting refiner does not have."""
    asked: dict[str, Any] = {}

    def trainer(**options: Any) -> None:
        asked.update(options)
        raise ValueError("enough")

    monkeypatch.setattr("jointre.training.trainer.Trainer", trainer)
    warmups = [{"type": name, "steps": 1} for name in callbacks]
    config = experiment(tiny_data, {**FLOW, "training.callbacks": warmups, "training.devices": 2})
    with pytest.raises(ConfigError, match=r"devices=2.*\(enough\)"):
        train(config, tmp_path / "run")
    assert asked["strategy"] == strategy


@pytest.fixture(scope="module")
def config(tiny_data: Path) -> dict[str, Any]:
    """Dev is what is learnt, so that there are scores to compare; the third epoch wakes them."""
    dev = str(tiny_data / "train.jsonl")
    return warm(tiny_data, {"training.epochs": 5, "data.dev": dev}, steps=14)


@pytest.fixture(scope="module")
def undisturbed(config: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("undisturbed") / "run"
    assert finish(config, path) == 0
    weights = load_file(path / "archive" / "model.safetensors")
    assert bool(weights["backbone.refinement.refiners.0.active"])
    metrics = json.loads((path / "metrics.json").read_text())
    assert metrics["best"]["dev"]["entity"]["f1"] > 0
    return path


def test_killed_at_every_file(config: dict[str, Any], undisturbed: Path, tmp_path: Path) -> None:
    """Before, while and after the warm-up ends."""
    assert staircase(config, tmp_path / "run", after=False) >= 6
    assert results(tmp_path / "run") == results(undisturbed)


class TestMemoryWarmup(CallbackContract):
    component = {"type": "memory_warmup", "steps": 3}


class TestExponentialMovingAverage(CallbackContract):
    component = {"type": "ema", "decay": 0.9}


def averaged(model: Model, weights: list[float], **options: Any) -> tuple[list[float], float]:
    """The averages of one weight after each update, and the weight that training ends with."""
    ema = construct(TrainingCallback, {"type": "ema", **options})
    parameter = next(model.classifiers["entity"].parameters())
    seen = []
    with torch.no_grad():
        parameter.fill_(weights[0])
        ema.start(model, 0, len(weights))
        for step, weight in enumerate(weights[1:], 1):
            ema.before_update(model, step - 1, len(weights))
            parameter.fill_(weight)
            ema.after_update(model, step, len(weights))
            ema.before_evaluation(model, step, len(weights))
            seen.append(parameter.view(-1)[0].item())
            ema.after_evaluation(model, step, len(weights))
            assert parameter.view(-1)[0].item() == weight
        ema.end(model, len(weights), len(weights))
    return seen, parameter.view(-1)[0].item()


def test_the_average_by_hand(model: Model) -> None:
    assert averaged(model, [1.0, 2.0, 4.0], decay=0.5, warmup=False) == ([1.5, 2.75], 2.75)
    # The decay is 2/11 after the first update and 3/12 after the second.
    first = 2 / 11 + 2 * 9 / 11
    seen, final = averaged(model, [1.0, 2.0, 4.0])
    assert seen == pytest.approx([first, 0.25 * first + 0.75 * 4.0])
    assert final == seen[-1]
    assert averaged(model, [1.0, 2.0, 4.0], decay=0.0) == ([2.0, 4.0], 4.0)


@pytest.mark.parametrize("decay", [1.0, -0.1, "0.9"])
def test_decays_that_are_none(tiny_data: Path, tmp_path: Path, decay: Any) -> None:
    changes = {"training.callbacks": [{"type": "ema", "decay": decay}]}
    with pytest.raises(ConfigError, match=r"training\.callbacks\.0\.decay"):
        train(experiment(tiny_data, changes), tmp_path / "run")


def test_frozen_parameters_and_buffers_are_not_averaged(model: Model) -> None:
    ema = construct(TrainingCallback, {"type": "ema", "decay": 0.5})
    copied = copy.deepcopy(model)
    frozen = copied.encoder_parameters()[0].requires_grad_(False)
    ema.start(copied, 0, 3)
    kept = ema.state_dict()["averages"]
    assert len(kept) == sum(value.requires_grad for value in copied.parameters())
    before = frozen.clone()
    refiners(copied)[0].active.fill_(False)
    ema.after_update(copied, 1, 3)
    ema.before_evaluation(copied, 1, 3)
    assert torch.equal(frozen, before)
    assert not bool(refiners(copied)[0].active)


def test_two_averages_restore_the_weights(model: Model) -> None:
    """The second averages what the first shows, so it gives back first."""
    settings = UpdateSettings(
        Factory(PlainAdamW, lr=0.1),
        callbacks=[Factory(ExponentialMovingAverage, decay=decay) for decay in (0.5, 0.9)],
    )
    copied = copy.deepcopy(model)
    updates = Updates(copied, settings, 3)
    updates.start()
    for value in copied.parameters():
        value.grad = torch.ones_like(value)
    updates.apply()
    before = copy.deepcopy(copied.state_dict())
    updates.begin_evaluation()
    updates.end_evaluation()
    assert all(torch.equal(value, before[key]) for key, value in copied.state_dict().items())


EMA = {"training.callbacks": [{"type": "ema", "decay": 0.9}], "model.token_refiners": []}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"training.accumulate": 4},
        {"training.precision": "bf16-mixed"},
        {"model.encoder.frozen": "all", "data.dev": None},
    ],
    ids=["plain", "accumulate", "bf16", "frozen"],
)
def test_the_archive_has_the_average_of_all_updates(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    """Averaged again from the weights of every update; dev is scored with the same."""
    steps: list[int] = []
    weights: list[dict[str, torch.Tensor]] = []
    scored: list[dict[str, torch.Tensor]] = []
    original, validate = ExponentialMovingAverage.after_update, TrainingModule.validation_step

    def kept(model: Model) -> dict[str, torch.Tensor]:
        return {name: value.detach().clone() for name, value in model.named_parameters()}

    def noted(self: ExponentialMovingAverage, model: Model, step: int, total: int) -> None:
        original(self, model, step, total)
        steps.append(step)
        weights.append(kept(model))

    def watched(self: TrainingModule, items: Any, number: int) -> None:
        validate(self, items, number)
        scored.append(kept(self.model))

    def began(self: ExponentialMovingAverage, model: Model, step: int, total: int) -> None:
        weights.append(kept(model))
        start(self, model, step, total)

    start = ExponentialMovingAverage.start
    monkeypatch.setattr(ExponentialMovingAverage, "start", began)
    monkeypatch.setattr(ExponentialMovingAverage, "after_update", noted)
    monkeypatch.setattr(TrainingModule, "validation_step", watched)
    fixed = {"training.epochs": 2, "training.checkpoint": "last", "data.test": None}
    train(experiment(tiny_data, EMA | fixed | changes), tmp_path / "run")
    assert steps == list(range(1, 1 + 2 * (2 if "training.accumulate" in changes else 6)))
    average = weights[0]
    for step, new in enumerate(weights[1:], 1):
        decay = min(0.9, (1 + step) / (10 + step))
        average = {name: decay * average[name] + (1 - decay) * new[name] for name in new}
    saved = load_file(tmp_path / "run" / "archive" / "model.safetensors")
    for name, value in average.items():
        torch.testing.assert_close(saved[name], value, rtol=1e-5, atol=1e-6)
    assert any(not torch.equal(saved[name], value) for name, value in weights[-1].items())
    if scored:
        assert all(torch.equal(scored[-1][name], saved[name]) for name in average)
    if "model.encoder.frozen" in changes:
        pretrained = [name for name in average if name.startswith("backbone.encoder.")]
        assert pretrained
        assert all(torch.equal(saved[name], weights[0][name]) for name in pretrained)


def test_a_warm_start_is_where_the_average_begins(
    tiny_data: Path, tiny_run: Path, tmp_path: Path
) -> None:
    """With a rate of almost 0 the average stays where it began."""
    changes = {
        "training.epochs": 1,
        "training.initial_weights": str(tiny_run),
        "training.optimizer.lr": 1e-12,
        "training.callbacks": [{"type": "ema"}],
        "data.test": None,
    }
    train(experiment(tiny_data, changes), tmp_path / "run")
    before, after = (
        load_file(run / "archive" / "model.safetensors") for run in (tiny_run, tmp_path / "run")
    )
    for name, value in before.items():
        torch.testing.assert_close(after[name], value, rtol=0, atol=1e-6)


def test_killed_with_averages(tiny_data: Path, tmp_path: Path) -> None:
    """At every file that is replaced: the averages are recovered bit for bit."""
    dev = str(tiny_data / "train.jsonl")
    averages = {**EMA, "training.epochs": 3, "data.dev": dev, "training.accumulate": 2}
    config = experiment(tiny_data, averages)
    assert finish(config, tmp_path / "whole") == 0
    assert staircase(config, tmp_path / "killed", after=False) >= 6
    assert results(tmp_path / "killed") == results(tmp_path / "whole")


class TestLabelNames(CallbackContract):
    component = {"type": "label_names"}


def built(tiny_data: Path, changes: dict[str, Any]) -> Model:
    """A model with the tiny encoder."""
    config = experiment(tiny_data, changes)["model"]
    made: Model = construct(Factory[Model], config, "model")(vocabulary=tiny_vocabulary())
    return made


def started(model: Model, step: int = 0, **options: Any) -> dict[str, torch.Tensor]:
    """The weight of both classifiers' last Linear after the start."""
    callback = construct(TrainingCallback, {"type": "label_names", **options})
    callback.check(model)
    callback.start(model, step, 10)
    return {task: one.prototypes.detach().clone() for task, one in model.classifiers.items()}


def test_entity_rows_are_the_features_of_the_words(tiny_data: Path) -> None:
    """Written out for the linear classifier: [summary; maximum over the words; width]."""
    model = built(tiny_data, {})
    random = model.classifiers["entity"].prototypes.detach().clone()
    rows = started(model, descriptions={"Loc": "some place"}, scale=3.0)["entity"]
    words = {"Loc": ("some", "place"), "Org": ("org",), "Other": ("other",), "Peop": ("peop",)}
    labels = model.vocabulary.entity_labels
    features = []
    preparer = model.preparer("given")
    for label in labels:
        unit = Document("label", words[label])
        with torch.no_grad():
            stages = preparer([preparer.item(0, unit)])
            stream = model.eval().backbone(stages.inputs, model.prototypes).entity
            pieces = stream.positions.words[0, : len(unit.tokens)]
            span = stream.states[0, int(pieces[0, 0]) : int(pieces[-1, 1])].amax(0)
            width = model.widths.weight[len(unit.tokens)]
            features.append(torch.cat([stream.summary[0], span, width]))
    expected = torch.stack(features)
    expected = expected - expected.mean(0)
    expected = 3.0 * expected / expected.norm(dim=1, keepdim=True)
    torch.testing.assert_close(rows[1:], expected, rtol=1e-4, atol=1e-5)
    assert torch.equal(rows[0], random[0])  # the class of spans that are no mention


@pytest.mark.parametrize("family", ["span", "document"])
@pytest.mark.parametrize("classifier", ["linear", "feedforward"])
def test_families_and_classifiers(tiny_data: Path, family: str, classifier: str) -> None:
    """Rows of every label, of the given length; nothing else changes, not even random states."""
    section = {
        "type": family,
        "encoder": {"type": "transformer", "model_name": str(tiny_data / "encoder")},
        "projection": "identity",
        "interaction": "none",
        "entity_classifier": classifier,
        "relation_classifier": classifier,
    }
    model: Model = construct(Factory[Model], section)(vocabulary=tiny_vocabulary())
    before = copy.deepcopy(model.state_dict())
    random = torch.get_rng_state()
    model.train()
    rows = started(model, scale=2.0)
    assert model.training
    assert torch.equal(torch.get_rng_state(), random)
    for task, labels in (
        ("entity", model.vocabulary.entity_labels),
        ("relation", model.vocabulary.relation_labels),
    ):
        norms = rows[task][-len(labels) :].norm(dim=1)
        torch.testing.assert_close(norms, torch.full_like(norms, 2.0))
    changed = [
        name for name, value in model.state_dict().items() if not torch.equal(value, before[name])
    ]
    assert len(changed) == 2
    assert all("classifier" in name and name.endswith("weight") for name in changed)


def test_a_recovered_training_keeps_its_rows(tiny_data: Path) -> None:
    model = built(tiny_data, {})
    before = model.classifiers["entity"].prototypes.detach().clone()
    assert torch.equal(started(model, step=3)["entity"], before)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("OtherScientificTerm", ("other", "scientific", "term")),
        ("works_for", ("works", "for")),
        ("Used-for", ("used", "for")),
        ("GPE", ("gpe",)),
        ("born in 1900", ("born", "in", "1900")),
        ("人物", ("人物",)),
        ("größe", ("größe",)),
        ("++", ("++",)),
    ],
)
def test_words_of_labels(label: str, words: tuple[str, ...]) -> None:
    assert LabelNames().words(label) == words


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        (
            {},
            {"descriptions": {"Per": "person"}},
            "label_names describes 'Per', which is not .*Person",
        ),
        ({}, {"scale": 0}, "scale"),
        (
            {"model.entity_classifier": "cosine"},
            {},
            "label_names needs a model of spans or documents",
        ),
    ],
)
def test_label_names_mistakes(
    tiny_data: Path, tmp_path: Path, changes: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    callbacks = {"training.callbacks": [{"type": "label_names", **options}]}
    with pytest.raises(ConfigError, match=rf"(?s)training\.callbacks.*{message}"):
        train(experiment(tiny_data, changes | callbacks), tmp_path / "run")
    assert not (tmp_path / "run").exists()
