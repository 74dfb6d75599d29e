"""Task-aware projection: contract and equation 1."""

import torch

from jointre.nn.projections import LinearProjection
from jointre.testing.contracts import ProjectionContract
from jointre.testing.contracts.inputs import stream_of
from tests.nn.compare import equal


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
