"""Spans that the model takes for mentions by mistake, as arguments of pairs in training."""

import torch
from jaxtyping import Int
from torch import Tensor

from jointre.nn.span_ops import ordered_pairs
from jointre.positions import Spans


def wrong_spans(
    spans: Spans, predicted: Int[Tensor, " p"], gold: Int[Tensor, " m"], most: int
) -> Int[Tensor, " w"]:
    """Rows of predicted mentions that are not gold, in their order, at most some per unit.

    Args:
        spans: Candidate spans, ordered by unit.
        predicted: Rows of the spans that the model takes for mentions, ascending.
        gold: Rows of the gold mentions; a predicted span equal to one of them is right.
        most: Maximum number of rows per unit.

    Example:
        >>> spans = Spans(torch.zeros(3).long(), torch.tensor([0, 2, 4]), torch.tensor([1, 3, 5]))
        >>> wrong_spans(spans, torch.tensor([0, 1, 2]), torch.tensor([1]), 10).tolist()
        [0, 2]
    """
    size = 1 + int(spans.end.max()) if len(spans) else 1
    key = (spans.unit * size + spans.start) * size + spans.end
    rows = predicted[~torch.isin(key[predicted], key[gold])]
    unit = spans.unit[rows]
    rank = torch.arange(len(rows), device=rows.device) - torch.searchsorted(unit, unit)
    return rows[rank < most]


def pairs_with_wrong(
    units: Int[Tensor, " m"], wrong_units: Int[Tensor, " w"]
) -> Int[Tensor, "q 2"]:
    """All ordered pairs of mentions of a unit in which head or tail is wrong.

    Args:
        units: Unit of each gold mention, ascending.
        wrong_units: Unit of each wrong mention, ascending; they follow the gold ones.

    Returns:
        Pairs of rows of the gold mentions followed by the wrong ones.

    Example:
        >>> pairs_with_wrong(torch.tensor([0, 0, 1]), torch.tensor([0])).tolist()
        [[0, 3], [1, 3], [3, 0], [3, 1]]
    """
    all_units = torch.cat([units, wrong_units])
    order = all_units.argsort(stable=True)
    pairs = order[ordered_pairs(all_units[order])]
    return pairs[(pairs >= len(units)).any(1)]
