"""A word is the maximum over its pieces."""

from typing import final

from jointre.layout import Ranges
from jointre.nn.range_max import range_max
from jointre.nn.streams import Stream
from jointre.nn.word_poolers.word_pooler import WordPooler, word_layout


@final
@WordPooler.register("max")
class MaxWordPooler(WordPooler):
    """A word's state is the element-wise maximum over its pieces (CARE §2).

    Paper: https://arxiv.org/abs/2308.12531
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(self, stream: Stream) -> Stream:
        """The stream over words."""
        words = stream.layout.words
        units, count, _ = words.shape
        unit = words.new_ones(units, count).cumsum(0) - 1
        ranges = Ranges(unit.flatten(), words[..., 0].flatten(), words[..., 1].flatten())
        states = range_max(stream.states, ranges).view(units, count, -1)
        return Stream(states, stream.summary, word_layout(stream.layout))
