"""The suites of word poolers and projections find seeded faults."""

from dataclasses import replace

import torch
from torch import nn

from jointre.nn.projections import TaskProjection
from jointre.nn.streams import Stream, Streams
from jointre.nn.word_poolers import FirstWordPooler, WordPooler
from jointre.testing.contracts import ProjectionContract, WordPoolerContract
from tests.testing.contracts.faults import fails, passes, suite


class Halves(TaskProjection):
    """A sound projection to half the width."""

    def __init__(self, input_dim: int) -> None:
        super().__init__()
        self.output_dim = input_dim // 2
        self.linear = nn.Linear(input_dim, self.output_dim)

    def forward(self, stream: Stream) -> Streams:
        half = Stream(self.linear(stream.states), self.linear(stream.summary), stream.positions)
        return Streams.without_pairs(stream, half, half)


class WrongWidth(Halves):
    def __init__(self, input_dim: int) -> None:
        super().__init__(input_dim)
        self.output_dim = input_dim


class ChangesShared(Halves):
    def forward(self, stream: Stream) -> Streams:
        done = super().forward(stream)
        return done.replacing(shared=replace(stream, states=stream.states * 2))


class KeepsPieces(WordPooler):
    def __init__(self) -> None:
        super().__init__()

    def forward(self, stream: Stream) -> Stream:
        return stream


class OldLayout(WordPooler):
    def __init__(self) -> None:
        super().__init__()
        self.first = FirstWordPooler()

    def forward(self, stream: Stream) -> Stream:
        done = self.first(stream)
        return replace(done, positions=replace(done.positions, words=done.positions.words + 1))


class OtherSummary(OldLayout):
    def forward(self, stream: Stream) -> Stream:
        return replace(self.first(stream), summary=torch.zeros_like(stream.summary))


def test_sound_projection() -> None:
    passes(suite(ProjectionContract, Halves))


def test_faulty_projections() -> None:
    wrong = suite(ProjectionContract, WrongWidth)
    fails(wrong, "test_declared_width", "entity stream must have the declared width: shape")
    fails(suite(ProjectionContract, ChangesShared), "test_declared_width", "shared stream alone")


def test_faulty_word_poolers() -> None:
    for component, message in (
        (KeepsPieces, "gives one state per word"),
        (OldLayout, "word i must be position i"),
        (OtherSummary, "leaves the summary alone"),
    ):
        fails(suite(WordPoolerContract, component), "test_one_position_a_word", message)
