"""No projection."""

from jointre.nn.projections import IdentityProjection
from jointre.testing.contracts import ProjectionContract
from jointre.testing.contracts.inputs import stream_of


class TestIdentityProjection(ProjectionContract):
    component = "identity"


def test_same_stream() -> None:
    stream = stream_of([0], 4)
    streams = IdentityProjection(input_dim=4)(stream)
    assert streams.entity is stream
    assert streams.relation is stream
    assert streams.shared is stream
