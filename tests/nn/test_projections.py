"""The components of jointre.nn.projections: contracts, and equality with loops."""

import torch
from torch import nn

from jointre.nn.projections import (
    IdentityProjection,
    LinearProjection,
    MlpProjection,
    TaskProjection,
    project,
)
from jointre.testing.contracts import ProjectionContract
from jointre.testing.contracts.inputs import stream_of
from tests.nn.compare import equal


def test_interface() -> None:
    assert TaskProjection.given == ("input_dim",)
    assert {"identity", "linear", "mlp"} <= set(TaskProjection.names())


def test_project() -> None:
    stream, linear = stream_of([0, 1], 4), nn.Linear(4, 2)
    done = project(stream, linear)
    assert torch.equal(done.states, linear(stream.states))
    assert torch.equal(done.summary, linear(stream.summary))
    assert done.positions is stream.positions


class TestIdentityProjection(ProjectionContract):
    component = "identity"


def test_same_stream() -> None:
    stream = stream_of([0], 4)
    streams = IdentityProjection(input_dim=4)(stream)
    assert streams.entity is stream
    assert streams.relation is stream
    assert streams.shared is stream


class TestLinearProjection(ProjectionContract):
    component = "linear"


class TestSharedWithBias(ProjectionContract):
    component = {"type": "linear", "bias": True, "shared": True}


def test_equation_1() -> None:
    """H^e = H W^e and H^r = H W^r at every position, [CLS] included."""
    module, stream = LinearProjection(input_dim=6), stream_of([0, 1], 6)
    for task, weight in (("entity", module.tasks[0].weight), ("relation", module.tasks[1].weight)):
        equal(
            lambda task=task: module(stream).task(task).states,
            lambda w=weight: torch.stack(
                [torch.stack([w @ state for state in unit]) for unit in stream.states]
            ),
            [stream.states, weight],
        )
        torch.testing.assert_close(
            module(stream).task(task).summary, module(stream).task(task).states[:, 0]
        )


def test_parameters() -> None:
    """SINET §3.9: 2 d² for TAP."""
    assert sum(p.numel() for p in LinearProjection(input_dim=6).parameters()) == 2 * 36
    shared = LinearProjection(input_dim=6, shared=True)
    assert sum(p.numel() for p in shared.parameters()) == 36
    streams = shared(stream_of([0], 6))
    assert streams.entity is streams.relation


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
