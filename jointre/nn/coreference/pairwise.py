"""A hidden layer over two mentions and the edit distance of their words."""

from typing import Annotated, final

from annotated_types import Ge, Lt
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config.bounds import WidthOrZero
from jointre.nn.coreference.coreference import CoreferenceScorer
from jointre.nn.dropout import Dropout
from jointre.nn.split_linear import Block, SplitLinear

DISTANCE_ROWS = 300  # as published; a longer distance shares the last row


@final
@CoreferenceScorer.register("pairwise")
class PairwiseCoreference(CoreferenceScorer):
    """Linear, ReLU and dropout over [u_i; u_j; distance], then a Linear (JEREX, memory §3.7).

    Pairs are ordered: (i, j) and (j, i) score differently. Mentions and distances are
    multiplied before they are paired, so that no row of all features exists (memory §10.3).

    Paper: https://arxiv.org/abs/2102.05980

    Args:
        distance_dim: size of the embedding of the edit distance; 0 leaves it out.
        dropout: probability of dropping a hidden unit in training.

    Shapes:
        mentions ``"m k"``, pairs ``"q 2"``, edit_distance ``"q"`` → ``"q"``.
    """

    def __init__(
        self,
        input_dim: int,
        distance_dim: WidthOrZero = 25,
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
    ) -> None:
        super().__init__()
        self.distances = nn.Embedding(DISTANCE_ROWS, distance_dim) if distance_dim else None
        self.hidden = SplitLinear(2 * input_dim + distance_dim, input_dim)
        self.transform = nn.Sequential(nn.ReLU(), Dropout(dropout))
        self.output = nn.Linear(input_dim, 1)

    def forward(
        self,
        mentions: Float[Tensor, "m k"],
        pairs: Int[Tensor, "q 2"],
        edit_distance: Int[Tensor, " q"],
    ) -> Float[Tensor, " q"]:
        """Logits of the pairs."""
        blocks = [Block(mentions, pairs[:, 0]), Block(mentions, pairs[:, 1])]
        if self.distances is not None:
            row = edit_distance.clamp(max=DISTANCE_ROWS - 1)
            blocks.append(Block(self.distances.weight, row))
        logits: Tensor = self.output(self.transform(self.hidden(blocks)))
        return logits[:, 0]
