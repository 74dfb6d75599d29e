"""The span model equals its published, masked form: logits, decisions and gradients."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.data.schema import Document
from jointre.models.model import Model
from jointre.models.span import SpanModel, SpanOutput
from jointre.testing.contracts.contract import without_dropout
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import Kind, tiny_documents, tiny_vocabulary
from tests.models.prepared import Mode, stages_of, training_batch
from tests.naive import span_model as naive

UNITS = [document for document in tiny_documents() if document.tokens]
CLOSE = {"atol": 1e-5, "rtol": 1e-5}


def model_of(
    interaction: dict[str, Any] | None = None,
    pools: tuple[str, str] = ("max", "max"),
    kind: Kind = "bert",
    **options: Any,
) -> SpanModel:
    config = {
        "type": "span",
        "encoder": {
            "type": "transformer",
            "model_name": str(tiny_folder(kind)),
            "stride": 4,
            "max_length": 12 if kind == "roberta" else None,  # one family reads windows
        },
        "projection": "linear",
        "interaction": {"type": "ctam", **(interaction or {})},
        "span_enumerator": {"type": "all_spans", "max_width": 4},
        "width_dim": 5,
        "span_pooler": pools[0],
        "pair_encoder": {"type": "between_context", "context_pooler": pools[1]},
        **options,
    }
    torch.manual_seed(2)
    model = construct(Factory[Model], config)(vocabulary=tiny_vocabulary())
    for name, parameter in model.named_parameters():
        if "encoder" not in name.split("."):
            parameter.data.add_(0.2 * torch.randn_like(parameter))
    assert isinstance(model, SpanModel)
    without_dropout(model)
    return model


def batch_of(model: SpanModel, mode: Mode, units: Sequence[Document] = UNITS) -> Any:
    return stages_of(model, mode, units)


def run(model: SpanModel, batch: Any) -> SpanOutput:
    output = model(batch)
    assert isinstance(output, SpanOutput)
    return output


OPTIONS = [
    ({}, ("max", "max"), "bert"),
    ({"layers": 2, "heads": 2}, ("sum", "mean"), "bert"),
    ({"agent": "mean", "layer_norm": False}, ("mean", "sum"), "albert"),
    ({"mask_padding": False, "share_directions": False}, ("max", "max"), "roberta"),
    ({"agent": "max", "out_proj": False}, ("max", "mean"), "electra"),
]


@pytest.mark.parametrize(("interaction", "pools", "kind"), OPTIONS)
def test_training(interaction: dict[str, Any], pools: tuple[str, str], kind: Kind) -> None:
    model = model_of(interaction, pools, kind).train()
    training = training_batch(model, UNITS)
    batch, targets = training.stages, training.targets
    assert (batch.inputs.window_index is not None) == (kind == "roberta")
    found, expected = run(model, batch), naive.forward(model, batch, *pools)
    torch.testing.assert_close(found.entity_logits, expected["entity"], **CLOSE)
    torch.testing.assert_close(found.relation_logits, expected["relation"], **CLOSE)
    entity = torch.nn.functional.cross_entropy(expected["entity"], targets.entities)
    relation = torch.nn.functional.binary_cross_entropy_with_logits(
        expected["relation"], targets.relations
    )
    losses = model.losses(found, targets)
    torch.testing.assert_close(losses["entity"], entity, **CLOSE)
    torch.testing.assert_close(losses["relation"], relation, **CLOSE)
    parameters = dict(model.named_parameters())
    fast = torch.autograd.grad(sum(losses.values()), [*parameters.values()], allow_unused=True)
    slow = torch.autograd.grad(entity + relation, [*parameters.values()], allow_unused=True)
    for name, one, other in zip(parameters, fast, slow, strict=True):
        assert one is not None, f"no gradient reaches {name}"
        torch.testing.assert_close(
            one, other, msg=lambda text, name=name: f"{name}: {text}", **CLOSE
        )


def divide(margins: torch.Tensor) -> torch.Tensor:
    """A number in the widest gap of the middle half: rounding puts no margin on its other side."""
    order = margins.sort().values
    middle = order[len(order) // 4 : -len(order) // 4]
    widest = int(middle.diff().argmax())
    return middle[widest : widest + 2].mean()


@pytest.mark.parametrize(("interaction", "pools", "kind"), OPTIONS)
def test_prediction(interaction: dict[str, Any], pools: tuple[str, str], kind: Kind) -> None:
    model = model_of(interaction, pools, kind).eval()
    batch = batch_of(model, "predict")
    with torch.no_grad():
        logits = run(model, batch).entity_logits
        model.entity_classifier.linear.bias[0] += divide(logits[:, 1:].amax(1) - logits[:, 0])
        found, expected = run(model, batch), naive.forward(model, batch, *pools)
    torch.testing.assert_close(found.entity_logits, expected["entity"], **CLOSE)
    assert found.mentions.rows.tolist() == expected["kept"]
    assert [tuple(pair) for pair in found.pairs.tolist()] == expected["pairs"]
    torch.testing.assert_close(found.relation_logits, expected["relation"], **CLOSE)
    assert 0 < len(found.mentions.rows) < len(found.spans)


def test_given_entities() -> None:
    model = model_of().eval()
    batch = batch_of(model, "given")
    with torch.no_grad():
        found, expected = run(model, batch), naive.forward(model, batch, "max", "max")
    assert found.mentions.rows.tolist() == list(range(sum(len(unit.entities) for unit in UNITS)))
    torch.testing.assert_close(found.entity_logits, expected["entity"], **CLOSE)
    torch.testing.assert_close(found.relation_logits, expected["relation"], **CLOSE)


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of().eval()
    batch = batch_of(model, "predict")
    with torch.no_grad():
        whole = run(model, batch)
        monkeypatch.setattr("jointre.models.span.ROWS_AT_ONCE", 7)
        monkeypatch.setattr("jointre.models.span.PAIRS_AT_ONCE", 3)
        parts = run(model, batch)
    torch.testing.assert_close(parts.entity_logits, whole.entity_logits, **CLOSE)
    torch.testing.assert_close(parts.relation_logits, whole.relation_logits, **CLOSE)


@pytest.mark.parametrize("mode", ["train", "given"])
def test_no_spans_are_given(mode: Mode) -> None:
    """Without gold and negatives there is nothing to score; spans are not made up."""
    model = model_of(sampler={"type": "span", "entity_negatives": 0})
    batch = batch_of(model, mode, [unit for unit in UNITS if not unit.entities])
    found = run(model, batch)
    assert len(found.spans) == len(found.entity_logits) == len(found.relation_logits) == 0
    if mode == "train":
        units = [unit for unit in UNITS if not unit.entities]
        losses = model.losses(found, training_batch(model, units).targets)
        assert [loss.item() for loss in losses.values()] == [0.0, 0.0]
        torch.autograd.backward(sum(losses.values()))


TYPES = {
    "type_embedding": {"type": "table", "dim": 3},
    "gold_type_ratio": 1.0,
    "relation_spans": "predicted",
    "pair_encoder": {"type": "between_context", "distance_dim": 2},
}


@pytest.mark.parametrize("training", [True, False])
def test_types_distances_and_wrong_spans(training: bool) -> None:
    model = model_of(**TYPES).train(training)
    with torch.no_grad():  # some spans have a class, most do not
        batch = batch_of(model, "predict")
        logits = model(batch).entity_logits
        model.entity_classifier.linear.bias[0] += divide(logits[:, 1:].amax(1) - logits[:, 0])
    if training:
        batch = training_batch(model, UNITS).stages
    found, expected = run(model, batch), naive.forward(model, batch, "max", "max")
    assert [tuple(pair) for pair in found.pairs.tolist()] == expected["pairs"]
    torch.testing.assert_close(found.relation_logits, expected["relation"], **CLOSE)
    assert (len(expected["kept"]) > len(found.mentions.rows)) == training


def test_pairs_with_wrong_spans_have_no_relation() -> None:
    model = model_of(**TYPES).train()
    training = training_batch(model, UNITS)
    output, targets = run(model, training.stages), training.targets
    more = len(output.pairs) - len(targets.relations)
    assert more > 0
    wanted = torch.cat([targets.relations, torch.zeros(more, targets.relations.shape[1])])
    loss = torch.nn.functional.binary_cross_entropy_with_logits(output.relation_logits, wanted)
    torch.testing.assert_close(model.losses(output, targets)["relation"], loss, **CLOSE)


def test_how_often_gold_types_are_read() -> None:
    """A ratio of 0 never reads them, 1 always, and between them some mentions' are read."""
    seen = []
    for ratio in (0.0, 0.5, 1.0):
        model = model_of(**{**TYPES, "gold_type_ratio": ratio, "relation_spans": "gold"}).train()
        batch = training_batch(model, UNITS).stages
        scores = model.entity_loss.scores(run(model, batch).entity_logits[batch.mentions.rows])
        table = model.type_embedding.table.weight
        rows = model._types(scores, batch.mentions).values
        gold = table[batch.mentions.labels]
        seen.append(float((rows - gold).abs().amax(1).lt(1e-6).float().mean()))
        soft = scores.labels @ table
        assert bool((rows - soft).abs().amax(1).lt(1e-6).all()) == (ratio == 0.0)
    assert seen[0] == 0.0
    assert 0.1 < seen[1] < 0.9
    assert seen[2] == 1.0
