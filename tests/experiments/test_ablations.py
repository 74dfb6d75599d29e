"""Every mix-in of the shipped ablations changes what it is named after and nothing else."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from jointre.config import resolve
from jointre.data.schema import Document
from jointre.models import Model, archive
from jointre.models.predict import predict
from jointre.testing.tiny import Kind, tiny_documents, tiny_encoder, tiny_texts, tiny_words
from jointre.training.experiment import Experiment
from tests.experiments.changes import CARE, MEMORY, SINET, Ablations
from tests.experiments.variants import ROOT, build, equip, load, shipped

FAMILIES = {"sinet": SINET, "care": CARE, "memory": MEMORY}
MIX_INS = [
    pytest.param(family, name, id=f"{key}-{name}")
    for key, family in FAMILIES.items()
    for name in family.names
]
Bases = dict[str, tuple[Model, dict[str, Any]]]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its width is divisible by all the heads of SINET's Figure 3."""
    folder = tmp_path_factory.mktemp("encoder")
    return tiny_encoder(folder, tiny_words(), hidden=48, layers=1, heads=4)


@pytest.fixture(scope="module")
def bases(encoder: Path) -> Bases:
    """The model and the resolved config of each base experiment."""
    loaded = {family.base: load(family.base, encoder) for family in FAMILIES.values()}
    return {base: (build(experiment), config) for base, (experiment, config) in loaded.items()}


def test_every_file_of_ablations_is_tested() -> None:
    files = (ROOT / "experiments" / "ablations").rglob("*.libsonnet")
    assert {str(file.relative_to(ROOT)) for file in files} == {
        family.file for family in FAMILIES.values()
    }


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_every_mix_in_is_expected(family: Ablations) -> None:
    assert sorted(family.expected) == family.names


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_an_override_adds_it(family: Ablations) -> None:
    """As the command line does with ``-o``, for one that changes something."""
    name = max(family.names, key=lambda name: len(family.expected[name].keys))
    added = shipped(family.base, family.mix_in(name))
    assert added.data == family.mixed(name).data != shipped(family.base).data


@pytest.mark.parametrize(("family", "name"), MIX_INS)
def test_what_changes(family: Ablations, name: str, encoder: Path, bases: Bases) -> None:
    model, resolved = bases[family.base]
    experiment, other = equip(family.mixed(name), encoder)
    changed = build(experiment)
    expected = family.expected[name]
    assert keys_that_differ(resolved, other) == expected.keys
    anatomies = anatomy(model, family), anatomy(changed, family)
    parts = {part for part in family.modules if anatomies[0][part] != anatomies[1][part]}
    assert parts == expected.modules
    take_weights(changed, model)
    before, after = results(model), results(changed)
    assert {name for name in before if not torch.equal(before[name], after[name])} == (
        expected.results
    )


@pytest.mark.parametrize(("family", "name"), MIX_INS)
def test_a_step_and_a_prediction(family: Ablations, name: str, encoder: Path) -> None:
    experiment, _ = equip(family.mixed(name), encoder)
    trains_and_predicts(experiment)


@pytest.mark.parametrize(("name", "kind"), [("roberta", "roberta"), ("t5", "t5")])
def test_other_families_of_encoders(name: str, kind: Kind, tmp_path: Path) -> None:
    """A mix-in that names one works with a tiny one, also after saving and loading."""
    folder = tiny_encoder(tmp_path / "encoder", tiny_words(), kind, layers=1)
    experiment, config = load(CARE.base, folder, CARE.mix_in(name))
    model = trains_and_predicts(experiment)
    archive.save(model, config["model"], tmp_path / "archive")
    again = archive.load(tmp_path / "archive").model
    before, after = results(model), results(again)
    assert all(torch.equal(before[key], after[key]) for key in before)


def trains_and_predicts(experiment: Experiment) -> Model:
    """One step moves everything after the encoder; a prediction keeps the words."""
    model = build(experiment).train()
    before = {key: value.clone() for key, value in model.named_parameters()}
    optimizer = experiment.training.optimizer().build(model)
    assert 0 < experiment.training.schedule().factor(5, 10) <= 1
    preparer = model.training_preparer()
    units = documents(model)
    batch = preparer([preparer.item(i, each) for i, each in enumerate(units)])
    losses = model.losses(model(batch.stages), batch.targets)
    assert losses.keys() >= {"entity", "relation"}
    torch.stack(list(losses.values())).sum().backward()
    optimizer.step()
    moved = {key for key, value in model.named_parameters() if not torch.equal(value, before[key])}
    heads = {key for key in before if not key.startswith("backbone.encoder.")}
    assert moved >= heads
    found = predict(model.eval(), units, model.preparer("predict"))
    assert [each.tokens for each in found] == [each.tokens for each in units]
    return model


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_encoder_mix_ins_name_an_encoder_and_nothing_else(family: Ablations) -> None:
    """What the tests above replace by a tiny encoder."""
    base = resolve(Experiment, shipped(family.base))
    for name in family.names:
        other = resolve(Experiment, family.mixed(name))
        differ = keys_that_differ(base["model"], other["model"])
        chosen = other["model"]["encoder"]["model_name"]
        if name in family.encoders:
            assert (differ, chosen) == ({"encoder.model_name"}, family.encoders[name])
        else:
            assert chosen == base["model"]["encoder"]["model_name"]


def keys_that_differ(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    """Dotted keys of the sections, ``model.interaction``, with other values."""
    flat = [
        {(s, k): v for s, part in each.items() for k, v in items(part)} for each in (one, other)
    ]
    found = {key for key in flat[0].keys() | flat[1].keys() if flat[0].get(key) != flat[1].get(key)}
    return {".".join(key).rstrip(".") for key in found}


def items(part: Any) -> list[tuple[str, Any]]:
    """The keys of a section; a value that is no section has the key ``""``."""
    return list(part.items()) if isinstance(part, dict) else [("", part)]


def documents(model: Model) -> list[Document]:
    """What the model reads: of different lengths, so that a batch has padding."""
    made = tiny_texts() if model.unit == "document" else tiny_documents()
    return [each for each in made if each.tokens]


def anatomy(model: Model, family: Ablations) -> dict[str, Any]:
    """Classes of all modules, names and shapes of all parameters, by component."""

    def of(place: str) -> tuple[Any, Any]:
        owner, _, name = place.rpartition(".")
        module = getattr(model.get_submodule(owner), name) or nn.Identity()
        classes = {name: type(each).__name__ for name, each in module.named_modules()}
        return classes, {name: tuple(each.shape) for name, each in module.named_parameters()}

    found = {key: of(place) for key, place in family.modules.items()}
    parameters = sum(len(shapes) for _, shapes in found.values())
    assert parameters == len(list(model.parameters()))  # no component is overlooked
    return found


def take_weights(model: Model, other: Model) -> None:
    """Load another model's weights where the shapes allow it."""
    own = model.state_dict()
    fitting = {
        name: value
        for name, value in other.state_dict().items()
        if name in own and own[name].shape == value.shape
    }
    assert fitting
    model.load_state_dict(fitting, strict=False)


@torch.no_grad()
def results(model: Model) -> dict[str, Tensor]:
    """Logits of the candidates of training and the loss, all weights in use, dropout off."""
    preparer = model.eval().training_preparer()
    batch = preparer([preparer.item(i, each) for i, each in enumerate(documents(model))])
    output = model(batch.stages)
    loss = torch.stack(list(model.losses(output, batch.targets).values())).sum()
    tasks = ("mention", "coreference", "entity", "relation")
    found = {task: getattr(output, f"{task}_logits", None) for task in tasks}
    return {"loss": loss} | {task: part for task, part in found.items() if part is not None}
