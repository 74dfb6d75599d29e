"""Similarity to the slots of a memory: contract, one-by-one formula, values by hand."""

import re
from typing import Any

import pytest
import torch

from jointre.errors import ConfigError
from jointre.nn.classifiers import SimilarityClassifier
from jointre.nn.initialise import initialise
from jointre.nn.split_linear import FeatureBlock
from jointre.testing.contracts import ClassifierContract
from tests.naive import classifier as naive
from tests.nn.compare import equal
from tests.nn.test_split_linear import blocks_of


class TestBilinear(ClassifierContract):
    component = "similarity"


class TestNarrowSlots(ClassifierContract):
    component = {"type": "similarity", "slot_dim": 3, "learn_scale": True}


class TestDot(ClassifierContract):
    component = {"type": "similarity", "similarity": "dot"}


class TestCosine(ClassifierContract):
    component = {"type": "similarity", "similarity": "cosine"}


class TestLearntScale(ClassifierContract):
    component = {"type": "similarity", "similarity": "cosine", "scale": 4.0, "learn_scale": True}


@pytest.mark.parametrize("candidates", [1, 6])
@pytest.mark.parametrize(
    ("similarity", "scale"), [("bilinear", 1.0), ("dot", 1.0), ("cosine", 16.0), ("cosine", 3.0)]
)
def test_equals_one_by_one(similarity: Any, scale: float, candidates: int) -> None:
    given = None if scale in (1.0, 16.0) else scale
    module = SimilarityClassifier(9, 4, 3, similarity, scale=given)
    blocks = blocks_of(1, candidates)
    weights = None if module.map is None else module.map.weight

    def formula() -> torch.Tensor:
        rows = naive.concatenated(blocks, candidates)
        return scale * naive.similarities(similarity, rows, weights, module.memory.weight)

    inputs = [*module.parameters(), *(block.values for block in blocks)]
    equal(lambda: module(blocks), formula, inputs)


def test_by_hand() -> None:
    """A = [[1, 1], [0, 2]], M = [(1, 0), (3, 4)], x = (1, 2): A x = (3, 4)."""
    row = [FeatureBlock(torch.tensor([[1.0, 2.0]]))]
    for similarity, expected in (("bilinear", [3.0, 25.0]), ("cosine", [0.6 * 16, 16.0])):
        module = SimilarityClassifier(2, 2, 2, similarity)  # type: ignore[arg-type]
        with torch.no_grad():
            assert module.map is not None
            module.map.weight.copy_(torch.tensor([[1.0, 1.0], [0.0, 2.0]]))
            module.memory.weight.copy_(torch.tensor([[1.0, 0.0], [3.0, 4.0]]))
        assert module(row)[0].tolist() == pytest.approx(expected)
    module = SimilarityClassifier(2, 9, 2, "dot", scale=0.5)
    with torch.no_grad():
        module.memory.weight.copy_(torch.tensor([[1.0, 0.0], [3.0, 4.0]]))
    assert module(row)[0].tolist() == pytest.approx([0.5, 5.5])


def test_the_map_meets_the_slots_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row of the slots' width is built for a candidate (memory §10.4)."""
    widths: list[int] = []
    linear = torch.nn.functional.linear

    def watching(rows: torch.Tensor, *rest: Any) -> torch.Tensor:
        found = linear(rows, *rest)
        widths.append(found.shape[1])
        return found

    monkeypatch.setattr(torch.nn.functional, "linear", watching)
    SimilarityClassifier(9, 4, 3, slot_dim=50)(blocks_of(0, 6))
    assert widths == [3, 3, 3]


def test_widths() -> None:
    assert SimilarityClassifier(9, 4, 3).prototypes.shape == (3, 4)
    assert SimilarityClassifier(9, 4, 3, slot_dim=7).prototypes.shape == (3, 7)
    assert SimilarityClassifier(9, 4, 3, "dot").prototypes.shape == (3, 9)
    assert SimilarityClassifier(9, 4, 3, "dot", slot_dim=9).prototypes.shape == (3, 9)


def test_dot_needs_equal_widths() -> None:
    text = "slot_dim=4, but similarity 'dot' compares slots with features of width 9 as they are"
    with pytest.raises(ConfigError, match=re.escape(text)):
        SimilarityClassifier(9, 4, 3, "dot", slot_dim=4)


def test_the_model_draws_the_memory() -> None:
    """Narrowly, as every Linear."""
    module = SimilarityClassifier(90, 40, 30)
    initialise(module, 0.02)
    assert 0.018 < module.prototypes.std().item() < 0.022
    assert module.map is not None
    assert 0.018 < module.map.weight.std().item() < 0.022


def test_no_class() -> None:
    """As for the relations of a corpus without any."""
    assert SimilarityClassifier(9, 4, 0)(blocks_of(0, 6)).shape == (6, 0)


def test_features_of_zero_have_a_gradient() -> None:
    module = SimilarityClassifier(2, 2, 3, "cosine")
    rows = torch.zeros(1, 2, requires_grad=True)
    logits = module([FeatureBlock(rows)])
    logits.sum().backward()
    assert not logits.any()
    assert rows.grad is not None
    assert rows.grad.isfinite().all()
