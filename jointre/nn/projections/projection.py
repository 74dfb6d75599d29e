"""The interface of task-aware projections."""

from abc import ABC, abstractmethod
from typing import ClassVar

from torch import nn

from jointre.config import Registrable
from jointre.nn.streams import Stream, Streams


class TaskProjection(Registrable, nn.Module, ABC, interface="projection"):
    """Task-aware projection: makes an entity and a relation stream of the shared one.

    Owner gives: ``input_dim``, the width of the shared stream.

    Shapes:
        Stream of width d → Streams whose task streams have width ``output_dim``.
    """

    given: ClassVar[tuple[str, ...]] = ("input_dim",)
    output_dim: int

    @abstractmethod
    def forward(self, stream: Stream) -> Streams:
        """The three streams; the pair map is absent."""


def project(stream: Stream, module: nn.Module) -> Stream:
    """Apply a position-wise module to the states and the summary of a stream."""
    return Stream(module(stream.states), module(stream.summary), stream.layout)
