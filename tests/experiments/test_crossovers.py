"""Parts of one model in the other: one step trains them, and what they change is read."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from jointre.data.schema import Document
from jointre.models import Model, archive
from jointre.models.predict import predict
from jointre.nn.interactions import ConvCoAttention, CrossTaskAttention
from jointre.nn.projections import MlpProjection
from jointre.nn.refiners import MemoryFlow, MemoryRead
from jointre.testing.tiny import tiny_documents, tiny_encoder, tiny_words
from jointre.training.experiment import Experiment
from tests.experiments.variants import build, load

SINET = "experiments/sinet_conll04.jsonnet"
CARE = "experiments/care_scierc_minilm.jsonnet"
MEMORY = "experiments/memory_cdr_minilm.jsonnet"
CO_ATTENTION = "{ model+: { interaction: { type: 'conv_co_attention' } } }"
CTAM = "{ model+: { interaction: { type: 'ctam' }, cell_features+: { summary: true } } }"
MLP = "{ model+: { projection: { type: 'mlp' } } }"
FLOW = "{ model+: { token_refiners: [{ type: 'memory_flow' }] } }"
SPAN_FLOW = "{ model+: { span_refiners: [{ type: 'memory_flow', fusion: 'residual' }] } }"
READ = "{ model+: { token_refiners: [{ type: 'memory_read' }] } }"
SIMILARITY = """
local similarity = { type: 'similarity' };
{ model+: { entity_classifier: similarity, relation_classifier: similarity } }
"""
CROSSOVERS = {
    "co_attention_in_sinet": (SINET, [CO_ATTENTION], ConvCoAttention),
    "co_attention_of_pieces_and_words_in_sinet": (
        SINET,
        [CO_ATTENTION, "model.word_pooler=max", "model.interaction.heads=2"],
        ConvCoAttention,
    ),
    "ctam_in_care": (CARE, [CTAM], CrossTaskAttention),
    "ctam_over_words_in_care": (CARE, [CTAM, "model.word_pooler=first"], CrossTaskAttention),
    "mlp_in_sinet": (SINET, [MLP], MlpProjection),
    "memory_of_tokens_in_sinet": (SINET, [FLOW], MemoryFlow),
    "memory_of_spans_in_sinet": (SINET, [SPAN_FLOW], MemoryFlow),
    "memory_of_similarity_in_sinet": (SINET, [FLOW, SIMILARITY], MemoryFlow),
    "memory_in_care": (CARE, [FLOW], MemoryFlow),
    "memory_over_words_in_care": (CARE, [READ, "model.word_pooler=max"], MemoryRead),
    "memory_of_similarity_in_care": (CARE, [FLOW, SIMILARITY], MemoryFlow),
    "co_attention_in_memory": (MEMORY, [CO_ATTENTION], ConvCoAttention),
    "mlp_in_memory": (MEMORY, [MLP], MlpProjection),
}
DOCUMENTS = [document for document in tiny_documents() if document.tokens]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"), tiny_words(), layers=1)


@pytest.fixture(params=CROSSOVERS)
def crossed(request: pytest.FixtureRequest, encoder: Path) -> tuple[Experiment, Any, type]:
    base, overrides, kind = CROSSOVERS[request.param]
    experiment, resolved = load(base, encoder, *overrides)
    return experiment, resolved, kind


def part(model: Model, kind: type) -> torch.nn.Module:
    """The component that came from the other model."""
    (found,) = [module for module in model.modules() if isinstance(module, kind)]
    return found


def logits(model: Model, documents: list[Document]) -> tuple[Tensor, Tensor]:
    """Of gold entities and of the pairs between them, unit by unit."""
    preparer = model.preparer("given")
    batch = preparer([preparer.item(i, each) for i, each in enumerate(documents)])
    with torch.no_grad():
        output = model(batch)
    return output.entity_logits, output.relation_logits


def test_one_step_trains_it(crossed: tuple[Experiment, Any, type], tmp_path: Path) -> None:
    experiment, resolved, kind = crossed
    model = build(experiment).train()
    before = {name: value.clone() for name, value in part(model, kind).named_parameters()}
    assert before
    optimizer = experiment.training.optimizer().build(model)
    preparer = model.training_preparer()
    batch = preparer([preparer.item(i, each) for i, each in enumerate(DOCUMENTS)])
    torch.stack(list(model.losses(model(batch.stages), batch.targets).values())).sum().backward()
    optimizer.step()
    after = dict(part(model, kind).named_parameters())
    assert not [name for name, value in before.items() if torch.equal(value, after[name])]
    found = predict(model.eval(), DOCUMENTS, model.preparer("predict"))
    assert [each.tokens for each in found] == [each.tokens for each in DOCUMENTS]
    archive.save(model, resolved["model"], tmp_path / "archive")
    loaded = archive.load(tmp_path / "archive").model
    for again, own in zip(logits(loaded, DOCUMENTS), logits(model, DOCUMENTS), strict=True):
        assert torch.equal(again, own)


def test_its_weights_decide_the_scores(crossed: tuple[Experiment, Any, type]) -> None:
    experiment, _, kind = crossed
    model = build(experiment).eval()
    before = logits(model, DOCUMENTS)
    with torch.no_grad():
        for value in part(model, kind).parameters():
            value.add_(0.5 * torch.randn_like(value))
    for old, new in zip(before, logits(model, DOCUMENTS), strict=True):
        assert new.isfinite().all()
        assert ((old - new).abs() > 1e-4).float().mean() > 0.9


def test_batches_change_no_score(crossed: tuple[Experiment, Any, type]) -> None:
    """A sentence alone is scored as among others."""
    experiment, _, _ = crossed
    model = build(experiment).eval()
    alone = [logits(model, [document]) for document in DOCUMENTS]
    for together, single in zip(logits(model, DOCUMENTS), zip(*alone, strict=True), strict=True):
        assert together.any()
        torch.testing.assert_close(together, torch.cat(single), atol=1e-5, rtol=0)
