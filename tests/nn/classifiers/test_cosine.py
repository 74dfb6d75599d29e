"""Cosines: contract, one-by-one formula, a value by hand, the wide initial vectors."""

import pytest
import torch

from jointre.nn.classifiers import CosineClassifier
from jointre.nn.initialise import initialise
from jointre.nn.split_linear import FeatureBlock
from jointre.testing.contracts import ClassifierContract
from tests.naive import classifier as naive
from tests.nn.compare import equal
from tests.nn.test_split_linear import blocks_of


class TestCosineClassifier(ClassifierContract):
    component = "cosine"


@pytest.mark.parametrize("candidates", [1, 6])
def test_equals_one_by_one(candidates: int) -> None:
    module, blocks = CosineClassifier(9, 4, 3), blocks_of(1, candidates)
    equal(
        lambda: module(blocks),
        lambda: naive.similarities(
            "cosine", naive.concatenated(blocks, candidates), None, module.memory
        ),
        [module.memory, *(block.values for block in blocks)],
    )


def test_by_hand() -> None:
    module = CosineClassifier(2, 2, 3)
    with torch.no_grad():
        module.memory.copy_(torch.tensor([[2.0, 0.0], [-3.0, -4.0], [8.0, 6.0]]))
    assert module([FeatureBlock(torch.tensor([[3.0, 4.0]]))])[0].tolist() == pytest.approx(
        [0.6, -1, 0.96]
    )


def test_vectors_stay_wide() -> None:
    """The model's narrow weights leave them alone."""
    module = CosineClassifier(100, 40, 30)
    before = module.prototypes.clone()
    initialise(module, 0.02)
    assert torch.equal(module.prototypes, before)
    assert 0.95 < before.std().item() < 1.05


def test_zeros_have_finite_gradients() -> None:
    module = CosineClassifier(3, 2, 3)
    rows = torch.zeros(2, 3, requires_grad=True)
    logits = module([FeatureBlock(rows)])
    logits.sum().backward()
    assert not logits.any()
    assert rows.grad is not None
    assert rows.grad.isfinite().all()
