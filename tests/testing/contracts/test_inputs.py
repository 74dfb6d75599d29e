"""The sample units are the same in every batch; padding differs by its seed."""

import torch

from jointre.positions import Role
from jointre.testing.contracts.inputs import UNITS, layout_of, size, spans_of, stream_of, streams_of


def test_layout() -> None:
    positions = layout_of([1, 0], padding=1)
    assert positions.roles.tolist() == [[2, 1, 3, 0, 0, 0, 0], [2, 1, 1, 1, 1, 3, 0]]
    assert positions.words.tolist() == [[[1, 2], [0, 0], [0, 0]], [[1, 2], [2, 4], [4, 5]]]
    assert layout_of([0], special=False).roles.tolist() == [[1, 1, 1, 1]]
    assert layout_of([0], special=False).words[0, 0].tolist() == [0, 1]


def test_units_are_the_same_in_every_batch() -> None:
    alone, together = stream_of([1], 3), stream_of([2, 1], 3, padding=2, garbage=9)
    assert torch.equal(alone.states[0], together.states[1, : size(1)])
    other = stream_of([2, 1], 3, padding=2, garbage=8)
    padding = together.positions.roles == Role.PAD
    assert not torch.isclose(other.states, together.states)[padding].any()
    assert torch.equal(other.states[~padding], together.states[~padding])


def test_streams_differ() -> None:
    streams = streams_of([0], 4, 4)
    states = [one.states for one in (streams.shared, streams.entity, streams.relation)]
    assert not torch.equal(states[0], states[1])
    assert not torch.equal(states[1], states[2])


def test_all_spans() -> None:
    spans = spans_of([3, 1])
    rows = torch.stack([spans.unit, spans.start, spans.end], 1).tolist()
    assert rows == [[0, 0, 1], [0, 0, 2], [0, 1, 2], [1, 0, 1]]
    assert len(spans_of(range(len(UNITS)))) == 6 + 1 + 15 + 3
