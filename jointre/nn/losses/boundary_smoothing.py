"""Boundary smoothing: spans that nearly are a mention are a little of it."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from jointre.nn.span_ops import matching_rows
from jointre.positions import Spans

NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1))  # one border, one word further in or out


class SoftClasses(NamedTuple):
    """Classes of candidates that may have several, with a share of each.

    Args:
        rows: Candidate of each share; a candidate may have several.
        classes: Class.
        shares: How much of the candidate has this class; those of a candidate add up to 1.

    Shapes:
        all ``"k"``.
    """

    rows: Int[Tensor, " k"]
    classes: Int[Tensor, " k"]
    shares: Float[Tensor, " k"]


def smoothed_classes(spans: Spans, classes: Int[Tensor, " s"], epsilon: float) -> SoftClasses:
    """Give away a part of each mention's class to the spans around it.

    A mention has four neighbours: the spans that begin or end one word earlier or later. Each
    neighbour that is a candidate, but not a mention itself, takes over a share of ``epsilon / 4``
    of the mention's class; its remaining share has no label. The share that the mention gives
    away, ``epsilon`` if it has four such neighbours, has no label in the mention.

    Paper: https://aclanthology.org/2022.acl-long.490 (distance 1)

    Args:
        spans: Candidates.
        classes: Class of each, 0 for no label.
        epsilon: Share that a mention gives away to four spans, from 0 to 1.
    """
    mention = (classes > 0).nonzero().flatten()
    borders = torch.stack([spans.unit, spans.start, spans.end], 1)
    moves = torch.tensor([(0, *move) for move in NEIGHBOURS], device=borders.device)
    wanted = (borders[mention, None] + moves).flatten(0, 1)
    row, found = matching_rows(borders, wanted)
    owner = mention[found // len(NEIGHBOURS)]
    free = classes[row] == 0
    row, owner = row[free], owner[free]
    part = epsilon / len(NEIGHBOURS)
    kept = torch.ones(len(classes), device=borders.device)
    kept -= part * torch.bincount(torch.cat([row, owner]), minlength=len(classes))
    return SoftClasses(
        torch.cat([torch.arange(len(classes), device=row.device), row, owner]),
        torch.cat([classes, classes[owner], torch.zeros_like(owner)]),
        torch.cat([kept, kept.new_full((2 * len(row),), part)]),
    )
