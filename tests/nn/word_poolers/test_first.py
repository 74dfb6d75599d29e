"""A word is its first piece."""

import torch

from jointre.nn.word_poolers import FirstWordPooler
from jointre.testing.contracts import WordPoolerContract
from jointre.testing.contracts.inputs import UNITS, stream_of
from tests.nn.compare import equal
from tests.nn.word_poolers.loops import words_of


class TestFirstWordPooler(WordPoolerContract):
    component = "first"


def test_equals_loops() -> None:
    stream = stream_of(range(len(UNITS)), 5, padding=1)
    found = equal(
        lambda: torch.cat(words_of(FirstWordPooler()(stream), stream.layout.lengths)),
        lambda: torch.stack(
            [
                stream.states[unit, start]
                for unit, words in enumerate(stream.layout.words.tolist())
                for start, end in words
                if end
            ]
        ),
        [stream.states],
    )
    assert len(found) == sum(map(len, UNITS))
