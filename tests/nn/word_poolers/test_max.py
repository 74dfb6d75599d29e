"""A word is the maximum over its pieces."""

import torch

from jointre.nn.word_poolers import MaxWordPooler
from jointre.testing.contracts import WordPoolerContract
from jointre.testing.contracts.inputs import UNITS, stream_of
from tests.nn.compare import equal
from tests.nn.word_poolers.loops import words_of


class TestMaxWordPooler(WordPoolerContract):
    component = "max"


def test_equals_loops() -> None:
    stream = stream_of(range(len(UNITS)), 5, padding=1)
    equal(
        lambda: torch.cat(words_of(MaxWordPooler()(stream), stream.layout.lengths)),
        lambda: torch.stack(
            [
                stream.states[unit, start:end].max(0).values
                for unit, words in enumerate(stream.layout.words.tolist())
                for start, end in words
                if end
            ]
        ),
        [stream.states],
    )


def test_padded_words_are_zero() -> None:
    done = MaxWordPooler()(stream_of([1, 2], 5))
    assert not done.states[0, 1:].any()
