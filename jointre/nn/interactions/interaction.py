"""The interface of interactions between the tasks."""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from torch import nn

from jointre.config import Registrable
from jointre.nn.streams import Streams

Task = Literal["entity", "relation"]


class Interaction(Registrable, nn.Module, ABC, interface="interaction"):
    """Co-attention block: lets the entity stream and the relation stream read each other.

    Owner gives: ``input_dim``, the width of the task streams.

    Attributes:
        changes: Parts of the task streams that the interaction changes, so that a model can
            refuse one whose results it would not read.

    Shapes:
        Streams of width d → Streams of width d, with a pair map of width ``pair_dim``.
    """

    given: ClassVar[tuple[str, ...]] = ("input_dim",)
    changes: ClassVar[frozenset[str]] = frozenset({"states", "summary"})
    pair_dim: int = 0

    @abstractmethod
    def forward(self, streams: Streams) -> Streams:
        """The streams after the exchange."""
