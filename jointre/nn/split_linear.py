"""Feature blocks, and linear maps of their concatenation that do not build it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.nn.dropout import Dropout


@dataclass(frozen=True, slots=True)
class FeatureBlock:
    """Adjacent columns of a feature matrix: ``values[index]``, or ``values`` if index is None.

    Shapes:
        values ``"v f"``, index ``"q"``: q candidates share v rows of f features.
    """

    values: Float[Tensor, "v f"]
    index: Int[Tensor, " q"] | None = None

    def rows(self) -> Float[Tensor, "q f"]:
        """The columns, one row per candidate."""
        if self.index is None:
            return self.values
        return self.values.index_select(0, self.index)  # its gradient is cheaper than [...]'s


def split_linear(
    blocks: Sequence[FeatureBlock],
    weight: Float[Tensor, "o f"],
    bias: Float[Tensor, " o"] | None = None,
) -> Float[Tensor, "q o"]:
    """A linear map of the concatenation of blocks, each multiplied before it is gathered.

    Args:
        blocks: Feature blocks of q candidates, with f columns in all.
        weight: Weight of the map, with columns in the order of the blocks.
        bias: Bias that is added to each row.

    Raises:
        ValueError: The blocks have more or fewer columns than the weight.
    """
    columns = sum(block.values.shape[1] for block in blocks)
    if columns != weight.shape[1]:
        raise ValueError(f"blocks of {columns} columns for a Linear of {weight.shape[1]}")
    total: Tensor | None = None
    column = 0
    for block in blocks:
        width = block.values.shape[1]
        block_weight = weight[:, column : column + width]
        column += width
        if width == 0:
            continue
        block_bias = bias if total is None else None  # added once
        select_first = block.index is not None and len(block.index) < len(block.values)
        rows = block.rows() if select_first else block.values
        product = nn.functional.linear(rows, block_weight, block_bias)
        if block.index is not None and not select_first:
            product = product.index_select(0, block.index)
        total = product if total is None else total + product
    assert total is not None  # no module builds a Linear without input columns
    return total


@final
class SplitLinear(nn.Linear):
    """Linear over the concatenation of blocks, each multiplied before it is gathered.

    Equal to ``Linear(cat([block.rows() for block in blocks], 1))``. Dropout draws one mask per
    candidate over the whole concatenation, so the concatenation is built with dropout in
    training, and only then.

    Args:
        in_features: Sum of the blocks' widths.
        out_features: Width of the result.
        dropout: Probability of dropping an input feature in training.
        bias: Whether to add a bias.
        initial_bias: Initial value of every bias, set by :func:`jointre.nn.initialise.initialise`.

    Shapes:
        blocks of ``"v f"`` → ``"q o"``.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        dropout: float = 0.0,
        bias: bool = True,
        initial_bias: float = 0.0,
    ) -> None:
        super().__init__(in_features, out_features, bias)
        self.dropout = Dropout(dropout)
        self.initial_bias = initial_bias

    def reset_parameters(self) -> None:
        """Draw the weights, if there are any: a corpus without relations gives no outputs."""
        if self.out_features:
            super().reset_parameters()

    def forward(  # type: ignore[override]
        self, blocks: Sequence[FeatureBlock]
    ) -> Float[Tensor, "q o"]:
        """Scores of the candidates."""
        if self.training and self.dropout.p > 0:
            rows = torch.cat([block.rows() for block in blocks], 1)
            blocks = [FeatureBlock(self.dropout(rows))]
        return split_linear(blocks, self.weight, self.bias)
