"""One Linear: contract and equality with concatenated rows."""

import torch

from jointre.nn.classifiers import LinearClassifier
from jointre.testing.contracts import ClassifierContract
from tests.naive import classifier as naive
from tests.nn.compare import equal
from tests.nn.test_split_linear import blocks_of


class TestLinearClassifier(ClassifierContract):
    component = "linear"


class TestWithoutDropout(ClassifierContract):
    component = {"type": "linear", "dropout": 0.0}


def test_equals_concatenation() -> None:
    module, blocks = LinearClassifier(9, 4, 3).eval(), blocks_of(1, 6)
    inputs = [*module.parameters(), *(block.values for block in blocks)]
    equal(lambda: module(blocks), lambda: naive.linear(module.linear, blocks, 6), inputs)


def test_prototypes_are_the_weight() -> None:
    module = LinearClassifier(9, 4, 3)
    assert torch.equal(module.prototypes, module.linear.weight)
    assert module.linear.dropout.p == 0.1
