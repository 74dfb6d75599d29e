"""The table model equals its published form: logits, losses, gradients and decisions."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.data.schema import Document
from jointre.models.model import Model
from jointre.models.table import TableModel, TableOutput
from jointre.testing.contracts.contract import without_dropout
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import Kind, tiny_documents, tiny_vocabulary
from tests.models.prepared import Mode, stages_of, training_batch
from tests.naive import table_model as naive

UNITS = [document for document in tiny_documents() if document.tokens]
CLOSE = {"atol": 1e-5, "rtol": 1e-5}
CLASSIFIER = {"type": "feedforward", "layer_norm": True, "activation": "elu"}


def model_of(
    interaction: dict[str, Any] | None = None, kind: Kind = "bert", **options: Any
) -> TableModel:
    config = {
        "type": "table",
        "encoder": {
            "type": "transformer",
            "model_name": str(tiny_folder(kind)),
            "stride": 4,
            "max_length": 12 if kind == "roberta" else None,  # one family reads windows
        },
        "projection": "mlp",
        "interaction": {
            "type": "conv_co_attention",
            "channels": 5,
            "pair_features": {"type": "distance", "dim": 3},
            **(interaction or {}),
        },
        "entity_classifier": CLASSIFIER,
        "relation_classifier": CLASSIFIER,
        "entity_loss": {"type": "binary", "over_labels": "sum"},
        "relation_loss": {"type": "binary", "over_labels": "sum"},
        **options,
    }
    torch.manual_seed(2)
    model = construct(Factory[Model], config)(vocabulary=tiny_vocabulary())
    for name, parameter in model.named_parameters():
        if "encoder" not in name.split("."):
            parameter.data.add_(0.2 * torch.randn_like(parameter))
    assert isinstance(model, TableModel)
    without_dropout(model)
    return model


def batch_of(model: TableModel, mode: Mode, units: Sequence[Document] = UNITS) -> Any:
    return stages_of(model, mode, units)


def run(model: TableModel, batch: Any) -> TableOutput:
    output = model(batch)
    assert isinstance(output, TableOutput)
    return output


# What the config says, and what the naive form is told.
OPTIONS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"word_pooler": "first", "normalise_by": "padded_length"}, {}),
    ({"word_pooler": "max", "kind": "roberta", "projection": "identity"}, {}),
    ({"interaction": {"layers": 2, "heads": 2, "kernel_size": 1}}, {"heads": 2}),
    ({"interaction": {"layers": 0}, "kind": "electra"}, {}),
    (
        {"interaction": {"directions": ["relation"]}, "normalise_by": "padded_length"},
        {"directions": ["relation"]},
    ),
    ({"interaction": {"pair_features": None, "residual": False}}, {"residual": False}),
    ({"cell_features": {"pair_map": False}}, {"pair_map": False}),
    ({"cell_features": {"summary": True}}, {"summary": True}),
    (
        {
            "cell_features": {"summary": True},
            "word_pooler": "max",
            "entity_loss": {"type": "binary", "over_labels": "mean"},
            "relation_loss": {"type": "binary", "over_labels": "mean"},
            "entity_classifier": {"type": "feedforward"},
            "relation_classifier": {"type": "feedforward"},
        },
        {"summary": True, "normalise": False, "activation": "relu"},
    ),
]


@pytest.mark.parametrize(("config", "told"), OPTIONS, ids=lambda given: str(given)[:60])
def test_training(config: dict[str, Any], told: dict[str, Any]) -> None:
    model = model_of(**config).train()
    training = training_batch(model, UNITS)
    batch = training.stages
    assert (batch.inputs.window_index is not None) == (config.get("kind") == "roberta")
    found, expected = run(model, batch), naive.tables(model, batch, **told)
    entity, relation = naive.packed(expected)
    torch.testing.assert_close(found.entity_logits, entity, **CLOSE)
    torch.testing.assert_close(found.relation_logits, relation, **CLOSE)
    over = config.get("entity_loss", {}).get("over_labels", "sum")
    slow = naive.losses(
        model,
        expected,
        UNITS,
        found.positions,
        over_labels=over,
        normalise_by=config.get("normalise_by", "sentence_length"),
    )
    losses = model.losses(found, training.targets)
    torch.testing.assert_close(losses["entity"], slow[0], **CLOSE)
    torch.testing.assert_close(losses["relation"], slow[1], **CLOSE)
    same_gradients(model, sum(losses.values()), sum(slow))


def same_gradients(model: TableModel, fast: Any, slow: Any) -> None:
    parameters = dict(model.named_parameters())
    one, other = (
        torch.autograd.grad(total, [*parameters.values()], allow_unused=True)
        for total in (fast, slow)
    )
    for name, first, second in zip(parameters, one, other, strict=True):
        assert first is not None, f"no gradient reaches {name}"
        message = partial("{}: {}".format, name)
        torch.testing.assert_close(first, second, msg=message, **CLOSE)


def threshold_of(model: TableModel, batch: Any) -> float:
    """A probability in the widest gap of the middle of all: rounding moves none across it."""
    with torch.no_grad():
        order = run(model, batch).entity_logits.sigmoid().flatten().sort().values
    middle = order[len(order) // 2 : -len(order) // 8]
    widest = int(middle.diff().argmax())
    return middle[widest : widest + 2].mean().item()


@pytest.mark.parametrize(("config", "told"), OPTIONS, ids=lambda given: str(given)[:60])
def test_prediction(config: dict[str, Any], told: dict[str, Any]) -> None:
    model = model_of(**config).eval()
    batch = batch_of(model, "predict")
    threshold = threshold_of(model, batch)
    model.decoder.entity_thresholds = [threshold] * len(model.vocabulary.entity_labels)
    with torch.no_grad():
        found, expected = run(model, batch), naive.tables(model, batch, **told)
    mentions, links = naive.decide(expected, threshold)
    spans = found.spans[found.mentions.rows]
    columns = spans.unit, spans.start, spans.end, found.mentions.labels
    assert [tuple(row) for row in torch.stack(columns, 1).tolist()] == mentions
    assert [tuple(row) for row in found.links.tolist()] == links
    assert 0 < len(mentions) < found.entity_logits.numel()
    scores, relation = [], []
    for unit, start, end, label in mentions:
        one = expected[unit]
        scores.append(one.entity[one.words[start], one.words[end - 1], label].sigmoid())
    for unit, head, tail in links:
        one = expected[unit]
        relation.append(one.relation[one.words[head], one.words[tail]])
    torch.testing.assert_close(found.mentions.probabilities, torch.stack(scores), **CLOSE)
    torch.testing.assert_close(found.relation_logits, torch.stack(relation), **CLOSE)


def test_given_entities() -> None:
    """Their own cells and labels, in their order; relations between all their first words."""
    model = model_of().eval()
    unlabelled = replace(UNITS[0].entities[0], label=None)
    units = [replace(UNITS[0], entities=(unlabelled, *UNITS[0].entities[1:])), *UNITS[1:]]
    batch = batch_of(model, "given", units)
    with torch.no_grad():
        found, expected = run(model, batch), naive.tables(model, batch)
    logits, labels, links = [], [], []
    for unit, (document, one) in enumerate(zip(units, expected, strict=True)):
        for entity in document.entities:
            first, last = one.words[entity.span.start], one.words[entity.span.end - 1]
            logits.append(one.entity[first, last])
            best = int(logits[-1].argmax())
            known = model.vocabulary.entity_labels
            labels.append(best if entity.label is None else known.index(entity.label))
        starts = sorted({entity.span.start for entity in document.entities})
        links += [(unit, head, tail) for head in starts for tail in starts]
    rows = torch.stack(logits)
    torch.testing.assert_close(found.entity_logits, rows, **CLOSE)
    assert found.mentions.labels.tolist() == labels
    scores = rows.sigmoid()[range(len(labels)), labels]
    torch.testing.assert_close(found.mentions.probabilities, scores, **CLOSE)
    assert [tuple(link) for link in found.links.tolist()] == links
    cells = [(expected[unit], head, tail) for unit, head, tail in links]
    relation = [one.relation[one.words[head], one.words[tail]] for one, head, tail in cells]
    torch.testing.assert_close(found.relation_logits, torch.stack(relation), **CLOSE)


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_chunks_change_nothing(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(kind=kind).eval()
    batch = batch_of(model, "predict")
    threshold = threshold_of(model, batch)
    model.decoder.entity_thresholds = [threshold] * len(model.vocabulary.entity_labels)
    with torch.no_grad():
        whole = run(model, batch)
        monkeypatch.setattr("jointre.models.table.CELLS_AT_ONCE", 7)
        monkeypatch.setattr("jointre.nn.pair_map.CELLS_AT_ONCE", 40)
        parts = run(model, batch)
    torch.testing.assert_close(parts.entity_logits, whole.entity_logits, **CLOSE)
    torch.testing.assert_close(parts.relation_logits, whole.relation_logits, **CLOSE)


@pytest.mark.parametrize("mode", ["train", "given", "predict"])
@pytest.mark.parametrize("word_pooler", [None, "first", "max"])
def test_a_unit_of_which_nothing_is_read(mode: Mode, word_pooler: str | None) -> None:
    """Its first word does not fit; alone and beside another unit it is simply empty."""
    encoder = {
        "type": "transformer",
        "model_name": str(tiny_folder("bert")),
        "long_inputs": "truncate",
        "max_length": 12,
    }
    model = model_of(encoder=encoder, word_pooler=word_pooler).eval()
    cut, other = Document("cut", ("e" * 90, "y")), Document("other", ("London", "left"))
    for units in ([cut], [cut, other], [other, cut]):
        batch = batch_of(model, mode, units)
        found = run(model, batch)
        seen = [unit for unit, document in enumerate(units) if document is other]
        if mode == "train":
            assert all(
                loss.isfinite()
                for loss in model.losses(found, training_batch(model, units).targets).values()
            )
        elif mode == "predict":
            assert found.entity_cells.unit.tolist() == [unit for unit in seen for _ in range(3)]
        else:
            assert len(found.entity_cells) == len(found.relation_cells) == 0
