"""The document model equals its published form: logits, losses, gradients and decisions."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor

from jointre.config import Factory, construct
from jointre.data.schema import Document, Span
from jointre.models.document import DocumentModel, DocumentOutput
from jointre.models.model import Model
from jointre.testing.contracts.contract import without_dropout
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import Kind, tiny_texts, tiny_vocabulary
from tests.models.prepared import Mode, stages_of
from tests.naive import document_model as naive

UNITS = [document for document in tiny_texts() if document.tokens]
CLOSE = {"atol": 1e-5, "rtol": 1e-4}
FLOW = {"type": "memory_flow"}
READ = {"type": "memory_read"}
SIMILARITY = {"type": "similarity"}


def both(refiner: dict[str, Any]) -> dict[str, Any]:
    return {"token_refiners": [refiner], "span_refiners": [refiner]}


MEMORY = {
    **both(FLOW),
    "entity_classifier": SIMILARITY,
    "relation_classifier": SIMILARITY,
    "type_embedding": "prototypes",
}
# What the config says on top of that.
OPTIONS: dict[str, dict[str, Any]] = {
    "memory": {},
    "jerex": {
        **both(FLOW),
        "token_refiners": [],
        "span_refiners": [],
        "entity_classifier": {"type": "feedforward"},
        "relation_classifier": {"type": "linear", "dropout": 0.0},
        "type_embedding": {"type": "table", "dim": 5},
    },
    "prototypes_of_a_linear": {"entity_classifier": {"type": "linear", "dropout": 0.0}},
    "windows": {"kind": "roberta", "max_length": 14},
    "tokens": {"span_refiners": [], "loss_weights": {"mention": 0.5, "relation": 2.0}},
    "mentions": {"token_refiners": []},
    "entity_memory": both({**FLOW, "memories": ["entity"]}),
    "residual": both({**FLOW, "fusion": "residual"}),
    "mean_unit": both({**FLOW, "fusion": "mean_unit"}),
    "no_memory_grad": both({**FLOW, "memory_grad": False}),
    "flow_and_read": {"token_refiners": [FLOW, READ], "span_refiners": [FLOW, READ]},
    "read_relations": both({**READ, "memories": ["relation"]}),
    "narrow_slots": {"entity_classifier": {**SIMILARITY, "slot_dim": 3}},
    "dot": {
        "entity_classifier": {**SIMILARITY, "similarity": "dot"},
        "relation_classifier": {**SIMILARITY, "similarity": "dot"},
    },
    "cosine": {
        **both({**FLOW, "similarity": "cosine"}),
        "entity_classifier": {**SIMILARITY, "similarity": "cosine"},
        "relation_classifier": {**SIMILARITY, "similarity": "cosine"},
        "coreference": {"type": "cosine"},
    },
    "arcface": {
        "entity_classifier": {"type": "cosine"},
        "entity_loss": {"type": "arcface", "none_class": False, "scale": 4.0},
    },
    "global": {"pair_encoder": {"type": "global"}, "entity_pooler": "mean"},
    "sum": {"entity_pooler": "sum", "coreference": {"type": "pairwise", "distance_dim": 0}},
    "all_spans": {"sampler": {"type": "document", "mention_negatives": 3, "all_spans": True}},
    "two_streams": {"projection": {"type": "linear", "bias": False}},
}


def model_of(name: str = "memory", **options: Any) -> DocumentModel:
    """A model with weights unlike any initial ones, without dropout."""
    config = {**MEMORY, **OPTIONS[name], **options}
    kind: Kind = config.pop("kind", "bert")
    encoder = {
        "type": "transformer",
        "model_name": str(tiny_folder(kind, 64)),
        "special_tokens": False,
        "stride": 4,
        "max_length": config.pop("max_length", None),
    }
    sizes = {"span_enumerator": {"type": "all_spans", "max_width": 4}, "width_dim": 6}
    torch.manual_seed(2)
    made = construct(Factory[Model], {"type": "document", "encoder": encoder, **sizes, **config})
    model = made(vocabulary=tiny_vocabulary())
    for parameter_name, parameter in model.named_parameters():
        if "encoder" not in parameter_name.split("."):
            parameter.data.add_(0.2 * torch.randn_like(parameter))
    assert isinstance(model, DocumentModel)
    without_dropout(model)
    return model


def batch_of(model: DocumentModel, mode: Mode, units: Sequence[Document] = UNITS) -> Any:
    return stages_of(model, mode, units)


def run(model: DocumentModel, batch: Any) -> DocumentOutput:
    output = model(batch)
    assert isinstance(output, DocumentOutput)
    return output


def packed(found: Sequence[naive.Scored]) -> dict[str, Tensor]:
    """The logits of all documents, as the model's output has them."""
    linked = [logit for one in found for logit in one.coreference]
    return {
        "mention": torch.cat([one.mention for one in found]),
        "coreference": torch.stack(linked) if linked else torch.zeros(0),
        "entity": torch.stack([row for one in found for row in one.entity]),
        "relation": torch.stack([row for one in found for row in one.relation.values()]),
    }


def logits(output: DocumentOutput) -> dict[str, Tensor]:
    return {
        "mention": output.mention_logits,
        "coreference": output.coreference_logits,
        "entity": output.entity_logits,
        "relation": output.relation_logits,
    }


def same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        message = partial("{}: {}".format, name)
        torch.testing.assert_close(found[name], value, msg=message, **CLOSE)


def same_gradients(
    model: DocumentModel, fast: Tensor, slow: Tensor, without: Sequence[str] = ()
) -> None:
    """Of all parameters; ``without`` begins the names of those that get none in either form."""
    parameters = dict(model.named_parameters())
    one, other = (
        dict(
            zip(
                parameters,
                torch.autograd.grad(total, [*parameters.values()], allow_unused=True),
                strict=True,
            )
        )
        for total in (fast, slow)
    )
    assert {name for name, value in one.items() if value is None} == {
        name for name in parameters if name.startswith(tuple(without))
    }
    assert all((one[name] is None) == (other[name] is None) for name in parameters)
    same(
        {name: value for name, value in one.items() if value is not None},
        {name: value for name, value in other.items() if value is not None},
    )


@pytest.mark.parametrize("name", OPTIONS)
def test_training(name: str) -> None:
    model = model_of(name).train()
    prepare = model.training_preparer()
    items = [prepare.item(index, unit) for index, unit in enumerate(UNITS)]
    training = prepare(items, epoch=3)
    batch = training.stages
    assert (batch.inputs.window_index is not None) == (name == "windows")
    chosen = [prepare.sample(item.index, prepare.rng(3, item.number)) for item in items]
    slow = [naive.scored(model, unit, own) for unit, own in zip(UNITS, chosen, strict=True)]
    output = run(model, batch)
    same(logits(output), packed(slow))
    found, expected = (
        model.losses(output, training.targets),
        naive.total_losses(model, slow, chosen),
    )
    same(found, expected)
    same_gradients(
        model, torch.stack([*found.values()]).sum(), torch.stack([*expected.values()]).sum()
    )


def widest(values: Tensor, low: float, high: float) -> float:
    """A probability in the widest gap between two ranks: rounding moves none across it."""
    order = values.detach().sort().values
    middle = order[int(low * len(order)) : max(2, int(high * len(order))) + 1]
    place = int(middle.diff().argmax())
    return middle[place : place + 2].mean().item()


def choose_thresholds(model: DocumentModel, batch: Any) -> None:
    """Some spans are mentions, some mentions corefer, some entities are related."""
    decoder = model.decoder
    with torch.no_grad():
        decoder.mention_threshold = widest(run(model, batch).mention_logits.sigmoid(), 0.75, 0.9)
        linked = run(model, batch).coreference_logits.sigmoid()
        decoder.coreference_threshold = widest(linked, 0.5, 0.8)
        related = run(model, batch).relation_logits.sigmoid().flatten()
        decoder.adjust(widest(related, 0.5, 0.9))


@pytest.mark.parametrize("name", OPTIONS)
def test_prediction(name: str) -> None:
    model = model_of(name).eval()
    batch = batch_of(model, "predict")
    choose_thresholds(model, batch)
    slow = [naive.scored(model, unit) for unit in UNITS]
    output = run(model, batch)
    expected = packed(slow)
    same(logits(output), expected)
    fast_total, slow_total = (
        torch.stack([part.sigmoid().sum() for part in logits.values()]).sum()
        for logits in (logits(output), expected)
    )
    same_gradients(model, fast_total, slow_total)
    found = model.documents(output, batch, UNITS)
    wanted = [naive.decided(model, unit, one) for unit, one in zip(UNITS, slow, strict=True)]
    assert found == wanted
    assert numbers(found) == pytest.approx(numbers(wanted), abs=1e-5)
    mentions = [len(entity.mentions) for document in found for entity in document.entities]
    assert max(mentions) > 1
    assert len(mentions) > 3
    assert any(document.relations for document in found)


@pytest.mark.parametrize("name", ["memory", "jerex", "two_streams", "windows"])
def test_given_entities(name: str) -> None:
    """Null labels, mentions wider than any candidate, across sentences, shared and repeated."""
    model = model_of(name).eval()
    first, second, *rest = UNITS
    wide = replace(first.entities[1], label=None, mentions=(Span(1, 9), Span(4, 5)))
    units = [replace(first, entities=(first.entities[0], wide, *first.entities[2:])), second, *rest]
    batch = batch_of(model, "given", units)
    assert len(batch.spans) == len(batch_of(model, "predict", units).spans) + 2
    slow = [naive.scored(model, unit, given=True) for unit in units]
    output = run(model, batch)
    same(logits(output), packed(slow))
    assert output.labels.tolist() == [label for one in slow for label in one.labels]
    found = model.documents(output, batch, units)
    wanted = [naive.decided(model, unit, one) for unit, one in zip(units, slow, strict=True)]
    assert found == wanted
    assert numbers(found) == pytest.approx(numbers(wanted), abs=1e-5)


@pytest.mark.parametrize("mode", ["train", "given", "predict"])
def test_refiners_at_rest(mode: Mode) -> None:
    """During the warm-up nothing is read and no refiner learns."""
    model = model_of().train()
    for refiner in (*model.backbone.refinement.refiners, *model.span_refinement.refiners):
        refiner.active.fill_(False)
    plain = model_of(token_refiners=[], span_refiners=[])
    plain.load_state_dict(model.state_dict(), strict=False)
    batch = batch_of(model, mode)
    output = run(model, batch)
    same(logits(output), logits(run(plain, batch)))
    total = torch.stack([part.square().sum() for part in logits(output).values()]).sum()
    total.backward()
    at_rest = ("backbone.refinement.", "span_refinement.")
    without = {name for name, value in model.named_parameters() if value.grad is None}
    assert {name for name in without if "coreference" not in name} >= {
        name for name, _ in model.named_parameters() if name.startswith(at_rest)
    }


def numbers(documents: Sequence[Document]) -> list[float]:
    """The scores of all that was found."""
    found = []
    for document in documents:
        for entity in document.entities:
            found += [entity.score, *(entity.mention_scores or ())]
        found += [relation.score for relation in document.relations]
    assert None not in found
    return [score for score in found if score is not None]
