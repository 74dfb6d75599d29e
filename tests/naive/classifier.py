"""Classifiers over features that are concatenated for each candidate."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from jointre.nn.split_linear import FeatureBlock


def concatenated(blocks: Sequence[FeatureBlock], candidates: int) -> Tensor:
    """One row a candidate, built one by one."""
    rows = []
    for q in range(candidates):
        parts = [b.values[q if b.index is None else int(b.index[q])] for b in blocks]
        rows.append(torch.cat(parts))
    return torch.stack(rows)


def linear(layer: nn.Linear, blocks: Sequence[FeatureBlock], candidates: int) -> Tensor:
    """The Linear of every concatenated row."""
    return nn.functional.linear(concatenated(blocks, candidates), layer.weight, layer.bias)


def similarities(kind: str, rows: Tensor, weights: Tensor | None, slots: Tensor) -> Tensor:
    """Similarity of each row, mapped where there are weights, and each slot, one by one.

    Args:
        kind: "bilinear", "dot" or "cosine".
        rows: one a candidate.
        weights: of the map.
        slots: of the memory.
    """
    found = []
    for row in rows:
        mapped = row if weights is None else weights @ row
        products = [(mapped * slot).sum() for slot in slots]
        if kind == "cosine":
            lengths = [mapped.norm().clamp(min=1e-8) * slot.norm() for slot in slots]
            products = [one / length for one, length in zip(products, lengths, strict=True)]
        found.append(torch.stack(products))
    return torch.stack(found)
