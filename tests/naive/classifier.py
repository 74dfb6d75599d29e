"""Classifiers over features that are concatenated for each candidate."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from jointre.nn.split_linear import Block


def concatenated(blocks: Sequence[Block], candidates: int) -> Tensor:
    """One row a candidate, built one by one."""
    rows = []
    for q in range(candidates):
        parts = [b.values[q if b.index is None else int(b.index[q])] for b in blocks]
        rows.append(torch.cat(parts))
    return torch.stack(rows)


def linear(layer: nn.Linear, blocks: Sequence[Block], candidates: int) -> Tensor:
    """The Linear of every concatenated row."""
    return nn.functional.linear(concatenated(blocks, candidates), layer.weight, layer.bias)
