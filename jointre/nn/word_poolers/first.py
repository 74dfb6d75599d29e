"""A word is its first piece."""

from typing import final

from jointre.nn.streams import Stream
from jointre.nn.word_poolers.word_pooler import WordPooler, word_layout


@final
@WordPooler.register("first")
class FirstWordPooler(WordPooler):
    """A word's state is that of its first piece (CARE §2).

    Paper: https://arxiv.org/abs/2308.12531
    """

    def __init__(self) -> None:
        super().__init__()

    def forward(self, stream: Stream) -> Stream:
        """The stream over words."""
        first = stream.layout.words[..., :1].expand(-1, -1, stream.states.shape[2])
        return Stream(stream.states.gather(1, first), stream.summary, word_layout(stream.layout))
