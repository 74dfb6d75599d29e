"""A gated exchange between the tasks, position by position."""

from typing import Annotated, final

import torch
from annotated_types import Ge, Lt
from jaxtyping import Float
from torch import Tensor, nn

from jointre.nn.interactions import Interaction
from jointre.nn.streams import Stream, Streams


@final
@Interaction.register("gated_exchange")
class GatedExchange(Interaction):
    """Each task adds a gated share of the other task's state at the same position.

    ``own + g * V other`` with ``g = sigmoid(W [own; other])``. Both tasks read the states from
    before the exchange.

    Args:
        dropout: Dropout probability of the added states.

    Shapes:
        Streams of width d → Streams of width d.
    """

    def __init__(self, input_dim: int, dropout: Annotated[float, Ge(0), Lt(1)] = 0.1) -> None:
        super().__init__()
        self.entity = Gate(input_dim, dropout)
        self.relation = Gate(input_dim, dropout)

    def forward(self, streams: Streams) -> Streams:
        """The streams after the exchange."""
        entity, relation = streams.entity, streams.relation
        return streams.replacing(
            entity=Stream.of(self.entity(entity.states, relation.states), entity.positions),
            relation=Stream.of(self.relation(relation.states, entity.states), relation.positions),
        )


class Gate(nn.Module):
    """One direction of the exchange."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.gate = nn.Linear(2 * width, width)
        self.value = nn.Linear(width, width, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, own: Float[Tensor, "b t d"], other: Float[Tensor, "b t d"]
    ) -> Float[Tensor, "b t d"]:
        """The task's own states plus a share of the other task's states."""
        share = self.gate(torch.cat([own, other], -1)).sigmoid()
        added: Tensor = self.dropout(share * self.value(other))
        return own + added
