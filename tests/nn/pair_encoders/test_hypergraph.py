"""HGERE's hypergraph: contract, one pair at a time, and its place in the models."""

from typing import Any

import pytest
import torch
from torch import Tensor

from jointre.config import Factory, construct
from jointre.errors import ConfigError
from jointre.models import Model
from jointre.nn.pair_encoders import Arguments, GlobalPairEncoder, Hypergraph, PairEncoder
from jointre.nn.span_ops import ordered_pairs
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Streams
from jointre.testing.contracts import ModelContract, PairEncoderContract
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.contracts.inputs import UNITS, spans_of, streams_of
from jointre.testing.tiny import tiny_vocabulary
from tests.naive import hypergraph as naive
from tests.nn.compare import equal

WIDTHS = {"shared_dim": 6, "summary_dim": 4, "span_dim": 3, "width_dim": 2, "type_dim": 2}


class TestHypergraph(PairEncoderContract):
    component = {"type": "hypergraph", "dim": 8}


class TestOverMultiInstance(PairEncoderContract):
    component = {"type": "hypergraph", "dim": 6, "layers": 1, "base": {"type": "multi_instance"}}


class TestInASpanModel(ModelContract):
    component = {
        "type": "span",
        "projection": "identity",
        "interaction": "none",
        "pair_encoder": {"type": "hypergraph", "dim": 16},
        "relation_spans": "predicted",
    }


class TestInADocumentModel(ModelContract):
    component = {
        "type": "document",
        "projection": "identity",
        "interaction": "none",
        "pair_encoder": {"type": "hypergraph", "dim": 16, "base": "multi_instance"},
    }


def sample(**options: Any) -> tuple[Hypergraph, Streams, Arguments, Tensor]:
    """Entities of one mention in three units, and two thirds of their pairs in any order."""
    torch.manual_seed(2)
    module = Hypergraph(**WIDTHS, dim=5, **options).eval()
    for parameter in module.parameters():
        parameter.data.normal_()
    streams = streams_of(range(len(UNITS)), 6, 4, padding=1)
    spans = spans_of(range(len(UNITS)))
    number = torch.arange(len(spans))
    arguments = Arguments.of_mentions(
        spans,
        torch.randn(len(spans), 3),
        FeatureBlock(torch.zeros(9, 2), spans.width),
        FeatureBlock(torch.randn(2, 2), number % 2),
        torch.zeros_like(number),
        FeatureBlock(streams.relation.summary, spans.unit),
    )
    pairs = ordered_pairs(spans.unit)
    return module, streams, arguments, pairs[torch.randperm(len(pairs))[: 2 * len(pairs) // 3]]


@pytest.mark.parametrize("options", [{}, {"layers": 1, "base": Factory(GlobalPairEncoder)}])
def test_equals_pairs_one_by_one(options: dict[str, Any]) -> None:
    module, streams, arguments, pairs = sample(**options)
    trained = [value for name, value in module.named_parameters() if not name.startswith("base.")]
    equal(
        lambda: torch.cat([block.rows() for block in module(streams, arguments, pairs)], 1),
        lambda: naive.hypergraph(module, streams, arguments, pairs),
        [arguments.entities, *trained],
        {"atol": 1e-4, "rtol": 1e-4},
    )


def test_pairs_of_one_entity_read_each_other() -> None:
    """In the second layer, a pair reads what the node they share has received in the first."""
    for layers, reached in ((1, False), (2, True)):
        module, streams, arguments, _ = sample(layers=layers)
        pairs = torch.tensor([[0, 1], [0, 2]])
        alone = module(streams, arguments, pairs[:1])[0].rows()
        beside = module(streams, arguments, pairs)[0].rows()[:1]
        assert torch.allclose(alone, beside) is not reached


def test_chunks_hold_whole_units() -> None:
    module, _, _, _ = sample()
    unit = torch.tensor([0] * 3 + [2] * 4 + [3] + [5] * 6 + [7])
    pairs = torch.stack([torch.arange(len(unit))] * 2, 1)
    assert [len(chunk) for chunk in module.chunks(pairs, unit, 4)] == [7, 1, 6, 1]
    assert [len(chunk) for chunk in module.chunks(pairs, unit, 1000)] == [15]
    assert [len(chunk) for chunk in module.chunks(pairs, unit, 1)] == [3, 4, 1, 6, 1]
    assert [len(chunk) for chunk in module.chunks(pairs[:0], unit[:0], 4)] == [0]
    assert torch.equal(torch.cat(module.chunks(pairs, unit, 2)), pairs)
    plain = construct(Factory[PairEncoder], {"type": "global"})(**WIDTHS)
    assert [len(chunk) for chunk in plain.chunks(pairs, unit, 4)] == [4, 4, 4, 3]


def test_documents_need_a_base_for_several_mentions() -> None:
    section = {
        "type": "document",
        "encoder": {"type": "transformer", "model_name": str(tiny_folder("bert", 512))},
        "projection": "identity",
        "interaction": "none",
        "pair_encoder": "hypergraph",
    }
    with pytest.raises(ConfigError, match=r"(?s)'hypergraph' looks at one mention.*as the base of"):
        construct(Factory[Model], section)(vocabulary=tiny_vocabulary())
