"""Block and SplitLinear: a Linear over concatenated features that are never concatenated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Block:
    """Some columns of a feature matrix: ``values[index]``, or ``values`` where index is None.

    Shapes:
        values ``"v f"``, index ``"q"``: q candidates share v rows of f features.
    """

    values: Float[Tensor, "v f"]
    index: Int[Tensor, " q"] | None = None

    def rows(self) -> Float[Tensor, "q f"]:
        """The columns, one row a candidate."""
        return self.values if self.index is None else self.values[self.index]


@final
class SplitLinear(nn.Linear):
    """Linear over the concatenation of blocks, each multiplied before it is gathered.

    Equal to ``Linear(cat([block.rows() for block in blocks], 1))``. Dropout draws a mask
    for each candidate over the whole concatenation, so with dropout in training, and
    only then, the rows are built.

    Args:
        in_features: sum of the blocks' widths.
        out_features: width of the result.
        dropout: probability of dropping an input feature in training.

    Shapes:
        blocks of ``"v f"`` → ``"q o"``.
    """

    def __init__(self, in_features: int, out_features: int, dropout: float = 0.0) -> None:
        super().__init__(in_features, out_features)
        self.dropout = nn.Dropout(dropout)

    def forward(  # type: ignore[override]
        self, blocks: Sequence[Block]
    ) -> Float[Tensor, "q o"]:
        """Scores of the candidates."""
        columns = sum(block.values.shape[1] for block in blocks)
        if columns != self.in_features:
            raise ValueError(f"blocks of {columns} columns for a Linear of {self.in_features}")
        if self.training and self.dropout.p > 0:
            rows = torch.cat([block.rows() for block in blocks], 1)
            return nn.functional.linear(self.dropout(rows), self.weight, self.bias)
        total: Tensor | None = None
        column = 0
        for block in blocks:
            width = block.values.shape[1]
            weight = self.weight[:, column : column + width]
            column += width
            if width == 0:
                continue
            bias = self.bias if total is None else None
            few = block.index is not None and len(block.index) < len(block.values)
            part = nn.functional.linear(block.rows() if few else block.values, weight, bias)
            part = part if few or block.index is None else part[block.index]
            total = part if total is None else total + part
        assert total is not None  # a Linear of no columns reads nothing: no owner makes one
        return total
