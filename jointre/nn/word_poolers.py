"""Word poolers: one vector per word from the vectors of its pieces."""

from abc import ABC, abstractmethod
from typing import final

import torch
from torch import nn

from jointre.config import Registrable
from jointre.nn.range_max import range_max
from jointre.nn.streams import Stream
from jointre.positions import Positions, Ranges, Role


class WordPooler(Registrable, nn.Module, ABC, interface="word_pooler"):
    """Word pooler: one vector per word from the vectors of its pieces.

    Shapes:
        Stream over t pieces → Stream over n words, the summary unchanged.
    """

    @abstractmethod
    def forward(self, stream: Stream) -> Stream:
        """The stream over words."""


def word_layout(positions: Positions) -> Positions:
    """The layout in which word i is position i."""
    real = positions.words[..., 1] > 0
    index = torch.arange(real.shape[1], device=real.device)
    words = torch.stack([index, index + 1], -1) * real[..., None]
    return Positions(real.long() * Role.WORD, words)


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
        first = stream.positions.words[..., :1].expand(-1, -1, stream.states.shape[2])
        return Stream(stream.states.gather(1, first), stream.summary, word_layout(stream.positions))


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
        words = stream.positions.words
        units, count, _ = words.shape
        unit = words.new_ones(units, count).cumsum(0) - 1
        ranges = Ranges(unit.flatten(), words[..., 0].flatten(), words[..., 1].flatten())
        states = range_max(stream.states, ranges).view(units, count, -1)
        return Stream(states, stream.summary, word_layout(stream.positions))
