"""The interface of span and context poolers."""

from abc import ABC, abstractmethod

from jaxtyping import Float
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.layout import Ranges


class SpanPooler(Registrable, nn.Module, ABC, interface="span_pooler"):
    """Span pooler: one vector per span, or per context between two spans.

    Shapes:
        states ``"b t d"``, ranges ``"r"`` → ``"r d"``; an empty range gives zeros.
    """

    @abstractmethod
    def forward(self, states: Float[Tensor, "b t d"], ranges: Ranges) -> Float[Tensor, "r d"]:
        """One row a range."""
