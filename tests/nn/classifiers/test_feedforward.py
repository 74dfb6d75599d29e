"""A hidden layer: contract and formula."""

from typing import Any

import pytest
import torch

from jointre.nn.classifiers import FeedforwardClassifier
from jointre.nn.initialise import initialise
from jointre.nn.split_linear import FeatureBlock
from jointre.testing.contracts import ClassifierContract
from tests.naive import classifier as naive
from tests.nn.compare import equal
from tests.nn.test_split_linear import blocks_of


class TestFeedforwardClassifier(ClassifierContract):
    component = "feedforward"


class TestNormalised(ClassifierContract):
    component = {"type": "feedforward", "layer_norm": True, "activation": "elu", "hidden_dim": 6}


@pytest.mark.parametrize("norm", [True, False])
@pytest.mark.parametrize("activation", ["relu", "elu", "gelu"])
def test_equals_concatenation(activation: Any, norm: bool) -> None:
    module = FeedforwardClassifier(9, 4, 3, layer_norm=norm, activation=activation).eval()
    blocks = blocks_of(1, 6)

    def formula() -> torch.Tensor:
        hidden = naive.linear(module.hidden, blocks, 6)
        if norm:
            centred = hidden - hidden.mean(1, keepdim=True)
            hidden = centred / (centred.square().mean(1, keepdim=True) + 1e-5).sqrt()
        hidden = getattr(torch.nn.functional, activation)(hidden)
        return hidden @ module.output.weight.T + module.output.bias

    inputs = [module.hidden.weight, module.output.weight, *(block.values for block in blocks)]
    equal(lambda: module(blocks), formula, inputs)


def test_widths() -> None:
    assert FeedforwardClassifier(9, 4, 3).hidden.out_features == 4
    assert FeedforwardClassifier(9, 4, 3, hidden_dim=7).prototypes.shape == (3, 7)


def test_dropout_acts_on_the_hidden_layer() -> None:
    module = FeedforwardClassifier(9, 4, 3, hidden_dim=50, dropout=0.5).train()
    seen: list[torch.Tensor] = []
    module.transform[1].register_forward_hook(lambda m, i, output: seen.append(output))
    module(blocks_of(0, 6))
    assert 0.2 < (seen[0] == 0).float().mean() < 0.8


def test_without_labels() -> None:
    assert FeedforwardClassifier(9, 4, 0)(blocks_of(1, 6)).shape == (6, 0)


def test_prior_is_where_probabilities_start() -> None:
    module = FeedforwardClassifier(input_dim=4, state_dim=6, num_logits=3, prior=0.01)
    initialise(module, 1e-9)
    probabilities = module([FeatureBlock(torch.randn(5, 4))]).sigmoid()
    torch.testing.assert_close(probabilities, torch.full((5, 3), 0.01))
