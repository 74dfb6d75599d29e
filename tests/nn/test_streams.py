"""Streams: where the summary comes from, and taking units apart."""

import torch

from jointre.nn.streams import Stream, Streams
from jointre.positions import Positions, Role


def positions(*rows: list[Role]) -> Positions:
    roles = torch.tensor([[int(role) for role in row] for row in rows])
    return Positions(roles, torch.zeros(len(rows), 1, 2, dtype=torch.long))


CLS, WORD, SEP, PAD = Role.SUMMARY, Role.WORD, Role.SPECIAL, Role.PAD
STATES = torch.arange(24.0).view(2, 4, 3)


def test_summary_is_the_first_position() -> None:
    stream = Stream.of(STATES, positions([CLS, WORD, SEP, PAD], [CLS, WORD, WORD, SEP]))
    assert torch.equal(stream.summary, STATES[:, 0])


def test_summary_is_the_mean_over_words() -> None:
    stream = Stream.of(STATES, positions([WORD, WORD, PAD, PAD], [WORD, WORD, WORD, WORD]))
    assert stream.summary.tolist() == [[1.5, 2.5, 3.5], [16.5, 17.5, 18.5]]


def test_each_unit_has_its_own_kind_of_summary() -> None:
    stream = Stream.of(STATES, positions([CLS, WORD, SEP, PAD], [WORD, WORD, PAD, PAD]))
    assert stream.summary.tolist() == [[0.0, 1.0, 2.0], [13.5, 14.5, 15.5]]


def test_a_unit_without_words_has_a_zero_summary() -> None:
    stream = Stream.of(STATES, positions([PAD] * 4, [WORD] * 4))
    assert stream.summary[0].tolist() == [0.0, 0.0, 0.0]


def test_some_of_the_units() -> None:
    stream = Stream.of(STATES, positions([CLS, WORD, SEP, PAD], [CLS, WORD, WORD, SEP]))[1:]
    assert torch.equal(stream.states, STATES[1:])
    assert stream.summary.tolist() == [[12.0, 13.0, 14.0]]
    assert stream.positions.roles.tolist() == [[2, 1, 1, 3]]


def test_streams_by_task() -> None:
    stream = Stream.of(STATES, positions([WORD] * 4, [WORD] * 4))
    other = Stream.of(STATES + 1, stream.positions)
    streams = Streams.without_pairs(stream, stream, other)
    assert streams.pair.shape == (2, 4, 4, 0)
    assert streams.task("entity") is stream
    assert streams.task("relation") is other
    changed = streams.replacing(entity=other)
    assert changed.entity is other
    assert changed.shared is stream
    assert streams.entity is stream


def test_a_part_has_a_summary_of_its_own() -> None:
    """[CLS] plus the maximum over the words, as summary and as first state; the rest stays."""
    whole = Stream.of(STATES, positions([CLS, WORD, WORD, SEP], [WORD, WORD, WORD, PAD]))
    part = whole.of_parts()
    assert part.summary[0].tolist() == [0.0 + 6.0, 1.0 + 7.0, 2.0 + 8.0]
    assert torch.equal(part.states[0, 0], part.summary[0])
    assert torch.equal(part.states[:, 1:], STATES[:, 1:])
    assert torch.equal(part.states[1], STATES[1])
    assert torch.equal(part.summary[1], whole.summary[1])  # the mean over its words
    assert torch.equal(whole.states, STATES)
    assert torch.equal(part.updated(part.states * 2).summary[0], part.summary[0] * 2)
