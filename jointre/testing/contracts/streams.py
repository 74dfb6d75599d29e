"""The suites of word poolers, projections and interactions: streams in, streams out."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from jointre.nn.interactions import Interaction
from jointre.nn.projections import TaskProjection
from jointre.nn.streams import Stream, Streams
from jointre.nn.word_poolers import WordPooler
from jointre.positions import Role
from jointre.testing.contracts.contract import ModuleContract, View
from jointre.testing.contracts.inputs import UNITS, stream_of, streams_of

WIDTH = 8


class WordPoolerContract(ModuleContract):
    """The suite of :class:`~jointre.nn.word_poolers.WordPooler`."""

    interface = WordPooler

    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> Stream:
        """A stream over pieces."""
        return stream_of(units, WIDTH, padding, garbage)

    def view(self, result: Stream, batch: Stream, row: int) -> View:
        """The states of a unit's words."""
        words = int(batch.positions.lengths[row])
        return {"states": result.states[row, :words]}

    def sources(self, batch: Stream) -> list[Tensor]:
        """The states of the pieces."""
        return [batch.states]

    def test_one_position_a_word(self) -> None:
        """Positions are words, the summary and the width stay."""
        batch = self.batch(range(len(UNITS)))
        result = self.build()(batch)
        words = batch.positions.words.shape[1]
        shape_is(
            result.states, (len(UNITS), words, WIDTH), "a word pooler gives one state per word"
        )
        assert torch.equal(result.summary, batch.summary), "a word pooler leaves the summary alone"
        lengths = [len(unit) for unit in UNITS]
        real = result.positions.roles == Role.WORD
        assert real.sum(1).tolist() == lengths, "the new positions must have one WORD per word"
        for row, count in enumerate(lengths):
            expected = [[i, i + 1] for i in range(count)]
            assert result.positions.words[row, :count].tolist() == expected, (
                "in the new positions, word i must be position i"
            )


class ProjectionContract(ModuleContract):
    """The suite of :class:`~jointre.nn.projections.TaskProjection`."""

    interface = TaskProjection
    owner: ClassVar[dict[str, int]] = {"input_dim": WIDTH}

    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> Stream:
        """The shared stream."""
        return stream_of(units, WIDTH, padding, garbage)

    def view(self, result: Streams, batch: Stream, row: int) -> View:
        """States and summaries of a unit in both task streams."""
        return stream_views(result, row, length_of(batch, row))

    def sources(self, batch: Stream) -> list[Tensor]:
        """The shared states."""
        return [batch.states]

    def test_declared_width(self) -> None:
        """Both task streams have the declared width; the shared stream stays."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        result = module(batch)
        assert torch.equal(result.shared.states, batch.states), (
            "a projection leaves the shared stream alone"
        )
        streams_have(result, module.output_dim, batch.positions.roles.shape)
        assert result.pair.shape[-1] == 0, "a projection makes no pair map"


class InteractionContract(ModuleContract):
    """The suite of :class:`~jointre.nn.interactions.Interaction`.

    Attributes:
        special_tokens: Whether units have [CLS] and [SEP]; otherwise the summary is a mean.
    """

    interface = Interaction
    owner: ClassVar[dict[str, int]] = {"input_dim": WIDTH}
    special_tokens: ClassVar[bool] = True

    def batch(self, units: Sequence[int], padding: int = 0, garbage: int = 0) -> Streams:
        """Three streams of one layout."""
        return streams_of(units, WIDTH, WIDTH, padding, garbage, self.special_tokens)

    def view(self, result: Streams, batch: Streams, row: int) -> View:
        """States, summaries and pair map of a unit."""
        length = length_of(batch.shared, row)
        pair = {"pair map": result.pair[row, :length, :length]}
        return stream_views(result, row, length) | pair

    def sources(self, batch: Streams) -> list[Tensor]:
        """The states of both task streams."""
        return [batch.entity.states, batch.relation.states]

    def test_declared_width(self) -> None:
        """The task streams keep their width; the pair map has the declared one."""
        module, batch = self.build(), self.batch(range(len(UNITS)))
        result = module(batch)
        positions = batch.shared.positions.roles.shape
        streams_have(result, WIDTH, positions)
        shape = (*positions, positions[1], module.pair_dim)
        shape_is(result.pair, shape, "the pair map must have the declared pair_dim")
        assert torch.equal(result.shared.states, batch.shared.states), (
            "an interaction leaves the shared stream alone"
        )


def length_of(stream: Stream, row: int) -> int:
    """Positions of a unit without its padding."""
    length = stream.positions.roles[row].nonzero()
    return int(length.max()) + 1 if len(length) else 0


def stream_views(streams: Streams, row: int, length: int) -> View:
    """States and summaries of the task streams, without padding."""
    views: View = {}
    for name in ("entity", "relation"):
        stream = streams.task(name)
        views[f"{name} states"] = stream.states[row, :length]
        views[f"{name} summary"] = stream.summary[row]
    return views


def streams_have(streams: Streams, width: int, positions: Sequence[int]) -> None:
    """Fail unless both task streams have this width over these positions."""
    for name in ("entity", "relation"):
        stream = streams.task(name)
        declared = f"the {name} stream must have the declared width"
        shape_is(stream.states, (*positions, width), declared)
        shape_is(stream.summary, (positions[0], width), declared)


def shape_is(value: Tensor, expected: Sequence[Any], wrong: str) -> None:
    """Fail with the message ``wrong`` unless the tensor has the expected shape."""
    shape = tuple(value.shape)
    assert shape == tuple(expected), f"{wrong}: shape {shape}, not {tuple(expected)}"
