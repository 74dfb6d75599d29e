"""Coreference scorers: one score per pair of mentions."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, final

import torch
from annotated_types import Ge, Lt
from jaxtyping import Float
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.config.bounds import WidthOrZero
from jointre.errors import ConfigError
from jointre.nn.dropout import Dropout
from jointre.nn.split_linear import FeatureBlock, SplitLinear
from jointre.nn.take import take
from jointre.positions import MentionPairs


class CoreferenceScorer(Registrable, nn.Module, ABC, interface="coreference"):
    """Coreference scorer: scores whether two mentions name the same entity.

    Owner gives: ``input_dim``, the mentions' width.

    Shapes:
        mentions ``"m k"``, MentionPairs of q pairs → logits ``"q"``.

    Attributes:
        reads_dictionary: Whether the names of the training data are read.
    """

    given: ClassVar[tuple[str, ...]] = ("input_dim",)
    reads_dictionary: bool = False

    @abstractmethod
    def forward(
        self,
        mentions: Float[Tensor, "m k"],
        pairs: MentionPairs,
    ) -> Float[Tensor, " q"]:
        """Logits of the pairs."""


@final
@CoreferenceScorer.register("cosine")
class CosineCoreference(CoreferenceScorer):
    """κ·cos(y_i, y_j) + β of mapped mentions y, with trained κ and β (memory §3.13).

    The score is symmetric and depends neither on the edit distance nor on the names.

    Paper: https://arxiv.org/abs/2307.11762

    Shapes:
        mentions ``"m k"``, MentionPairs of q pairs → ``"q"``.

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
        pairs: MentionPairs,
    ) -> Float[Tensor, " q"]:
        """Logits of the pairs."""
        directions = nn.functional.normalize(self.map(mentions))
        cosine = (take(directions, pairs.rows[:, 0]) * take(directions, pairs.rows[:, 1])).sum(1)
        return self.scale * cosine + self.bias


DISTANCE_ROWS = 300  # as published; a longer distance shares the last row
NAME_ROWS = 7  # how two names are related, see jointre.data.names.NameRelation


@final
@CoreferenceScorer.register("pairwise")
class PairwiseCoreference(CoreferenceScorer):
    """Linear, ReLU and dropout over [u_i; u_j; distance], then a Linear (JEREX, memory §3.7).

    Pairs are ordered: (i, j) and (j, i) score differently. Mentions and distances are
    multiplied before they are paired, so that no matrix of all features is built (memory §10.3).

    Paper: https://arxiv.org/abs/2102.05980

    Args:
        distance_dim: Size of the embedding of the edit distance; 0: no such embedding.
        name_dim: Size of the embedding of how the two names are related: equal except for case,
            hyphens and plural, abbreviations of each other, with a common last word, or with equal
            initials; 0: no such embedding, as published.
        dictionary: Whether this embedding also knows which names mean the same entity, and which
            different ones, in the training data. The archive then holds these names.
        dropout: Probability of dropping a hidden unit in training.

    Shapes:
        mentions ``"m k"``, MentionPairs of q pairs → ``"q"``.
    """

    def __init__(
        self,
        input_dim: int,
        distance_dim: WidthOrZero = 25,
        dropout: Annotated[float, Ge(0), Lt(1)] = 0.1,
        name_dim: WidthOrZero = 0,
        dictionary: bool = False,
    ) -> None:
        super().__init__()
        if dictionary and not name_dim:
            raise ConfigError("dictionary=true needs an embedding of names: set name_dim, 25 say")
        self.reads_dictionary = dictionary
        self.distances = nn.Embedding(DISTANCE_ROWS, distance_dim) if distance_dim else None
        self.name_relations = nn.Embedding(NAME_ROWS, name_dim) if name_dim else None
        self.hidden = SplitLinear(2 * input_dim + distance_dim + name_dim, input_dim)
        self.transform = nn.Sequential(nn.ReLU(), Dropout(dropout))
        self.output = nn.Linear(input_dim, 1)

    def forward(
        self,
        mentions: Float[Tensor, "m k"],
        pairs: MentionPairs,
    ) -> Float[Tensor, " q"]:
        """Logits of the pairs."""
        first, second = pairs.rows.unbind(1)
        blocks = [FeatureBlock(mentions, first), FeatureBlock(mentions, second)]
        if self.distances is not None:
            row = pairs.edit_distances.clamp(max=DISTANCE_ROWS - 1)
            blocks.append(FeatureBlock(self.distances.weight, row))
        if self.name_relations is not None:
            blocks.append(FeatureBlock(self.name_relations.weight, pairs.name_relations))
        logits: Tensor = self.output(self.transform(self.hidden(blocks)))
        return logits[:, 0]
