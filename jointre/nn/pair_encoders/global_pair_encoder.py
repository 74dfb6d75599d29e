"""JEREX's global pair features: two entities and their types."""

from typing import Annotated, final

from annotated_types import Ge, Lt
from jaxtyping import Int
from torch import Tensor

from jointre.config.bounds import Width
from jointre.nn.dropout import Dropout
from jointre.nn.pair_encoders.pair_encoder import Arguments, PairEncoder, choose
from jointre.nn.split_linear import FeatureBlock, SplitLinear
from jointre.nn.streams import Streams


@final
@PairEncoder.register("global")
class GlobalPairEncoder(PairEncoder):
    """A hidden layer over ``[head; tail; head type; tail type]`` (JEREX, "global"; memory §3.11).

    Paper: https://arxiv.org/abs/2102.05980

    Args:
        hidden_dim: Width of the hidden layer; null: the width of the entities.
        dropout: Probability of dropping a hidden unit in training.

    Shapes:
        pairs ``"q 2"`` → one block of ``"q d"``.
    """

    def __init__(
        self,
        shared_dim: int,
        summary_dim: int,
        span_dim: int,
        width_dim: int,
        type_dim: int,
        hidden_dim: Width | None = None,
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
    ) -> None:
        super().__init__()
        self.output_dim = hidden_dim or span_dim
        self.hidden = SplitLinear(2 * span_dim + 2 * type_dim, self.output_dim)
        self.dropout = Dropout(dropout)

    def forward(
        self, streams: Streams, arguments: Arguments, pairs: Int[Tensor, "q 2"]
    ) -> list[FeatureBlock]:
        """The pairs' hidden layer."""
        head, tail = pairs.unbind(1)
        blocks = [
            FeatureBlock(arguments.entities, head),
            FeatureBlock(arguments.entities, tail),
            choose(arguments.types, head),
            choose(arguments.types, tail),
        ]
        return [FeatureBlock(self.dropout(self.hidden(blocks).relu()))]
