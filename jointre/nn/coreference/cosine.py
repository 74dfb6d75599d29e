"""The cosine of two mapped mentions."""

from typing import final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.nn.coreference.coreference import CoreferenceScorer
from jointre.nn.take import take


@final
@CoreferenceScorer.register("cosine")
class CosineCoreference(CoreferenceScorer):
    """κ·cos(y_i, y_j) + β of mapped mentions y, κ and β trained (memory §3.13).

    Symmetric; the edit distance is not read.

    Paper: https://arxiv.org/abs/2307.11762

    Shapes:
        mentions ``"m k"``, pairs ``"q 2"``, edit_distance ``"q"`` → ``"q"``.

    Differences:
        The released code, which does not run, has κ = 1 and β = 0: no probability would
        pass 0.73, and no threshold above it would let two mentions corefer. Here κ starts
        at 10 and β at -5.
    """

    def __init__(self, input_dim: int) -> None:
        super().__init__()
        self.map = nn.Linear(input_dim, input_dim)
        self.scale = nn.Parameter(torch.tensor(10.0))
        self.bias = nn.Parameter(torch.tensor(-5.0))

    def forward(
        self,
        mentions: Float[Tensor, "m k"],
        pairs: Int[Tensor, "q 2"],
        edit_distance: Int[Tensor, " q"],
    ) -> Float[Tensor, " q"]:
        """Logits of the pairs."""
        directions = nn.functional.normalize(self.map(mentions))
        cosine = (take(directions, pairs[:, 0]) * take(directions, pairs[:, 1])).sum(1)
        return self.scale * cosine + self.bias
