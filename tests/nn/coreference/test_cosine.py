"""Cosines of mapped mentions: contract, formula pair by pair, values by hand."""

import pytest
import torch

from jointre.nn.coreference import CosineCoreference
from jointre.testing.contracts import CoreferenceContract
from tests.naive import coreference_scorer as naive
from tests.nn.compare import equal


class TestCosine(CoreferenceContract):
    component = "cosine"


def test_equals_pair_by_pair() -> None:
    module, mentions = CosineCoreference(4), torch.randn(5, 4)
    pairs = torch.randint(5, (9, 2))
    equal(
        lambda: module(mentions, pairs, torch.zeros(9, dtype=torch.long)),
        lambda: naive.cosine(module, mentions, pairs),
        [mentions, *module.parameters()],
    )


def test_by_hand() -> None:
    module = CosineCoreference(2)
    with torch.no_grad():
        module.map.weight.copy_(torch.tensor([[2.0, 0.0], [0.0, 1.0]]))
        module.map.bias.copy_(torch.tensor([1.0, 0.0]))
    mentions = torch.tensor([[1.0, 4.0], [0.0, 0.0], [-1.0, 0.0]])  # mapped: (3, 4) (1, 0) (-1, 0)
    pairs = torch.tensor([[0, 1], [1, 0], [1, 2], [0, 0]])
    logits = module(mentions, pairs, torch.tensor([0, 9, 0, 0]))
    assert logits.tolist() == pytest.approx([10 * 0.6 - 5, 10 * 0.6 - 5, -15, 5])


def test_mapped_to_nothing() -> None:
    """No direction, no similarity: the bias alone, and finite gradients."""
    module = CosineCoreference(2)
    with torch.no_grad():
        module.map.bias.zero_()
    mentions = torch.zeros(2, 2, requires_grad=True)
    logits = module(mentions, torch.tensor([[0, 1]]), torch.tensor([0]))
    logits.sum().backward()
    assert logits.tolist() == [-5.0]
    assert mentions.grad is not None
    assert mentions.grad.isfinite().all()
