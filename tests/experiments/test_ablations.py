"""Every mix-in of SINET's ablations changes what it is named after and nothing else."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import _jsonnet
import pytest
import torch
from torch import Tensor, nn

from jointre.data.schema import Document
from jointre.models import Model
from jointre.models.predict import predict
from jointre.testing.tiny import tiny_documents, tiny_encoder, tiny_words
from jointre.training.experiment import Experiment
from tests.experiments.variants import ABLATIONS, ROOT, build, load

BASE = "experiments/sinet_scierc_minilm.jsonnet"
NAMES = sorted(json.loads(_jsonnet.evaluate_file(str(ROOT / ABLATIONS))))
MODULES = {  # where the components of the config live in the model
    "encoder": "backbone.encoder",
    "projection": "backbone.projection",
    "interaction": "backbone.interaction",
    "span_pooler": "span_pooler",
    "pair_encoder": "pair_encoder",
    "width_dim": "widths",
    "entity_classifier": "entity_classifier",
    "relation_classifier": "relation_classifier",
    "entity_loss": "entity_loss",
    "relation_loss": "relation_loss",
}


class Change(NamedTuple):
    """What a mix-in changes.

    Args:
        keys: keys of the ``model`` section.
        modules: components whose classes or parameters are others.
        scores: scores that change when the weights stay.
    """

    keys: set[str] = set()
    modules: set[str] = set()
    scores: set[str] = set()


BOTH = {"entity", "relation"}
SAME = Change()
OPTION = Change({"interaction"}, set(), BOTH)
REBUILT = Change({"interaction"}, {"interaction"}, BOTH)
SPAN = Change({"span_pooler"}, {"span_pooler"}, BOTH)
CONTEXT = Change({"pair_encoder"}, {"pair_encoder"}, {"relation"})
EXPECTED = {
    "base": Change({"projection", "interaction"}, {"projection", "interaction"}, BOTH),
    "base_tap": REBUILT,
    "base_tap_ctam_ner": Change({"interaction"}, set(), {"relation"}),
    "base_tap_ctam_re": Change({"interaction"}, set(), {"entity"}),
    "base_tap_ctam": SAME,
    "span_max": SAME,
    "span_sum": SPAN,
    "span_mean": SPAN,
    "context_max": SAME,
    "context_sum": CONTEXT,
    "context_mean": CONTEXT,
    "agent_cls": SAME,
    "agent_max": OPTION,
    "agent_mean": OPTION,
    "layer_norm": SAME,
    "no_layer_norm": REBUILT,
    "heads_4": SAME,
    **{f"heads_{heads}": OPTION for heads in (1, 2, 6, 8, 12)},
    "layers_1": SAME,
    **{f"layers_{layers}": REBUILT for layers in (2, 3, 4, 5)},
    "no_out_proj": REBUILT,
    "unmasked_padding": OPTION,
}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its width is divisible by all the heads of Figure 3."""
    folder = tmp_path_factory.mktemp("encoder")
    return tiny_encoder(folder, tiny_words(), hidden=48, layers=1, heads=4)


@pytest.fixture(scope="module")
def base(encoder: Path) -> tuple[Model, dict[str, Any]]:
    experiment, resolved = load(BASE, encoder)
    return build(experiment), resolved


def variant(name: str, encoder: Path) -> tuple[Experiment, dict[str, Any]]:
    return load(BASE, encoder, f"(import '{ABLATIONS}').{name}")


def test_every_mix_in_is_expected() -> None:
    assert sorted(EXPECTED) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_changes(name: str, encoder: Path, base: tuple[Model, dict[str, Any]]) -> None:
    model, resolved = base
    experiment, other = variant(name, encoder)
    changed = build(experiment)
    assert {key for key in resolved if resolved[key] != other[key]} <= {"model"}
    keys = resolved["model"].keys() | other["model"].keys()
    differ = {key for key in keys if resolved["model"].get(key) != other["model"].get(key)}
    assert differ == EXPECTED[name].keys
    anatomies = anatomy(model), anatomy(changed)
    parts = {part for part in MODULES if anatomies[0][part] != anatomies[1][part]}
    assert parts == EXPECTED[name].modules
    changed.load_state_dict(model.state_dict(), strict=False)
    before, after = scores(model), scores(changed)
    assert {task for task in before if not torch.equal(before[task], after[task])} == (
        EXPECTED[name].scores
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_step_and_a_prediction(name: str, encoder: Path) -> None:
    experiment, _ = variant(name, encoder)
    model = build(experiment).train()
    before = {key: value.clone() for key, value in model.named_parameters()}
    optimizer = experiment.training.optimizer().build(model.named_parameters())
    preparer = model.preparer("train")
    batch = preparer([preparer.item(i, each) for i, each in enumerate(documents())])
    losses = model.losses(model(batch), batch)
    assert losses.keys() == BOTH
    torch.stack(list(losses.values())).sum().backward()
    optimizer.step()
    moved = {key for key, value in model.named_parameters() if not torch.equal(value, before[key])}
    heads = {key for key in before if not key.startswith("backbone.encoder.")}
    assert moved >= heads
    found = predict(model.eval(), documents(), model.preparer("predict"))
    assert [each.tokens for each in found] == [each.tokens for each in documents()]


def documents() -> list[Document]:
    """Sentences of different lengths, so that a batch has padding."""
    return [each for each in tiny_documents() if each.tokens]


def anatomy(model: Model) -> dict[str, Any]:
    """Classes of all modules, names and shapes of all parameters, by component."""

    def of(module: nn.Module) -> tuple[Any, Any]:
        classes = {name: type(each).__name__ for name, each in module.named_modules()}
        return classes, {name: tuple(each.shape) for name, each in module.named_parameters()}

    found = {key: of(model.get_submodule(place)) for key, place in MODULES.items()}
    parameters = sum(len(shapes) for _, shapes in found.values())
    assert parameters == len(list(model.parameters()))  # no component is overlooked
    return found


@torch.inference_mode()
def scores(model: Model) -> dict[str, Tensor]:
    """Logits of the candidates of training, all weights in use, dropout off."""
    preparer = model.eval().preparer("train")
    batch = preparer([preparer.item(i, each) for i, each in enumerate(documents())])
    output = model(batch)
    return {"entity": output.entity_logits, "relation": output.relation_logits}
