"""CARE's perceptrons: contract and formula."""

import torch

from jointre.nn.projections import MlpProjection
from jointre.testing.contracts import ProjectionContract
from jointre.testing.contracts.inputs import stream_of


class TestMlpProjection(ProjectionContract):
    component = "mlp"


class TestNarrowAndShared(ProjectionContract):
    component = {"type": "mlp", "hidden_dim": 3, "shared": True}


def test_formula() -> None:
    module, stream = MlpProjection(input_dim=6, hidden_dim=4).eval(), stream_of([0, 1], 6)
    streams = module(stream)
    for task, layers in zip(("entity", "relation"), module.tasks, strict=True):
        linear = layers[0]
        inside = stream.states @ linear.weight.T + linear.bias
        expected = torch.where(inside > 0, inside, inside.exp() - 1)
        torch.testing.assert_close(streams.task(task).states, expected)


def test_dropout_in_training() -> None:
    states = MlpProjection(input_dim=6, dropout=0.5).train()(stream_of([0], 6)).entity.states
    assert (states == 0).any()
    assert MlpProjection(input_dim=6).output_dim == 6
