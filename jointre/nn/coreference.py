"""Coreference scorers: one score per pair of mentions."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, final

import torch
from annotated_types import Ge, Lt
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.config.bounds import WidthOrZero
from jointre.nn.dropout import Dropout
from jointre.nn.split_linear import FeatureBlock, SplitLinear
from jointre.nn.take import take


class CoreferenceScorer(Registrable, nn.Module, ABC, interface="coreference"):
    """Coreference scorer: scores whether two mentions name the same entity.

    Owner gives: ``input_dim``, the mentions' width.

    Shapes:
        mentions ``"m k"``, pairs ``"q 2"`` rows of mentions, edit_distance ``"q"`` in
        characters → logits ``"q"``.
    """

    given: ClassVar[tuple[str, ...]] = ("input_dim",)

    @abstractmethod
    def forward(
        self,
        mentions: Float[Tensor, "m k"],
        pairs: Int[Tensor, "q 2"],
        edit_distance: Int[Tensor, " q"],
    ) -> Float[Tensor, " q"]:
        """Logits of the pairs."""


@final
@CoreferenceScorer.register("cosine")
class CosineCoreference(CoreferenceScorer):
    """κ·cos(y_i, y_j) + β of mapped mentions y, with trained κ and β (memory §3.13).

    The score is symmetric and does not depend on the edit distance.

    Paper: https://arxiv.org/abs/2307.11762

    Shapes:
        mentions ``"m k"``, pairs ``"q 2"``, edit_distance ``"q"`` → ``"q"``.

    Differences:
        The released code, which does not run, has κ = 1 and β = 0: no probability could
        exceed 0.73, so with a higher threshold no two mentions would corefer. Here κ starts
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


DISTANCE_ROWS = 300  # as published; a longer distance shares the last row


@final
@CoreferenceScorer.register("pairwise")
class PairwiseCoreference(CoreferenceScorer):
    """Linear, ReLU and dropout over [u_i; u_j; distance], then a Linear (JEREX, memory §3.7).

    Pairs are ordered: (i, j) and (j, i) score differently. Mentions and distances are
    multiplied before they are paired, so that no matrix of all features is built (memory §10.3).

    Paper: https://arxiv.org/abs/2102.05980

    Args:
        distance_dim: Size of the embedding of the edit distance; 0: no such embedding.
        dropout: Probability of dropping a hidden unit in training.

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
        blocks = [FeatureBlock(mentions, pairs[:, 0]), FeatureBlock(mentions, pairs[:, 1])]
        if self.distances is not None:
            row = edit_distance.clamp(max=DISTANCE_ROWS - 1)
            blocks.append(FeatureBlock(self.distances.weight, row))
        logits: Tensor = self.output(self.transform(self.hidden(blocks)))
        return logits[:, 0]
