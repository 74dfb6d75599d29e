"""The components of jointre.nn.word_poolers: contracts, and equality with loops."""

import torch
from torch import Tensor

from jointre.nn.streams import Stream
from jointre.nn.word_poolers import FirstWordPooler, MaxWordPooler, WordPooler, word_layout
from jointre.testing.contracts import WordPoolerContract
from jointre.testing.contracts.inputs import UNITS, layout_of, stream_of
from tests.nn.compare import equal


def words_of(stream: Stream, lengths: Tensor) -> list[Tensor]:
    """The states of every unit's words."""
    return [stream.states[unit, :count] for unit, count in enumerate(lengths.tolist())]


def test_interface() -> None:
    assert WordPooler.given == ()
    assert {"first", "max"} <= set(WordPooler.names())


def test_word_layout() -> None:
    positions = word_layout(layout_of([1, 0]))
    assert positions.roles.tolist() == [[1, 0, 0], [1, 1, 1]]
    assert positions.words.tolist() == [[[0, 1], [0, 0], [0, 0]], [[0, 1], [1, 2], [2, 3]]]
    assert positions.lengths.tolist() == [1, 3]


class TestFirstWordPooler(WordPoolerContract):
    component = "first"


def test_first_equals_loops() -> None:
    stream = stream_of(range(len(UNITS)), 5, padding=1)
    found = equal(
        lambda: torch.cat(words_of(FirstWordPooler()(stream), stream.positions.lengths)),
        lambda: torch.stack(
            [
                stream.states[unit, start]
                for unit, words in enumerate(stream.positions.words.tolist())
                for start, end in words
                if end
            ]
        ),
        [stream.states],
    )
    assert len(found) == sum(map(len, UNITS))


class TestMaxWordPooler(WordPoolerContract):
    component = "max"


def test_max_equals_loops() -> None:
    stream = stream_of(range(len(UNITS)), 5, padding=1)
    equal(
        lambda: torch.cat(words_of(MaxWordPooler()(stream), stream.positions.lengths)),
        lambda: torch.stack(
            [
                stream.states[unit, start:end].max(0).values
                for unit, words in enumerate(stream.positions.words.tolist())
                for start, end in words
                if end
            ]
        ),
        [stream.states],
    )


def test_padded_words_are_zero() -> None:
    done = MaxWordPooler()(stream_of([1, 2], 5))
    assert not done.states[0, 1:].any()
