"""The interface of word poolers."""

from abc import ABC, abstractmethod

import torch
from torch import nn

from jointre.config import Registrable
from jointre.layout import Layout, Role
from jointre.nn.streams import Stream


class WordPooler(Registrable, nn.Module, ABC, interface="word_pooler"):
    """Word pooler: one vector per word from the vectors of its pieces.

    Shapes:
        Stream over t pieces → Stream over n words, the summary unchanged.
    """

    @abstractmethod
    def forward(self, stream: Stream) -> Stream:
        """The stream over words."""


def word_layout(layout: Layout) -> Layout:
    """The layout in which word i is position i."""
    real = layout.words[..., 1] > 0
    index = torch.arange(real.shape[1], device=real.device)
    words = torch.stack([index, index + 1], -1) * real[..., None]
    return Layout(real.long() * Role.WORD, words)
