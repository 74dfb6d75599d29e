"""The interface, and applying a module to a stream."""

import torch
from torch import nn

from jointre.nn.projections import TaskProjection
from jointre.nn.projections.projection import project
from jointre.testing.contracts.inputs import stream_of


def test_interface() -> None:
    assert TaskProjection.given == ("input_dim",)
    assert {"identity", "linear", "mlp"} <= set(TaskProjection.names())


def test_project() -> None:
    stream, linear = stream_of([0, 1], 4), nn.Linear(4, 2)
    done = project(stream, linear)
    assert torch.equal(done.states, linear(stream.states))
    assert torch.equal(done.summary, linear(stream.summary))
    assert done.layout is stream.layout
