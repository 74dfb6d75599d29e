"""SINET's pair features: contract, and one row at a time from position masks."""

from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.nn.pair_encoders import Arguments, BetweenContext, PairEncoder
from jointre.nn.pair_encoders.between_context import distance_rows
from jointre.nn.span_ops import ordered_pairs
from jointre.nn.split_linear import FeatureBlock
from jointre.positions import Spans
from jointre.testing.contracts import PairEncoderContract
from jointre.testing.contracts.inputs import UNITS, spans_of, streams_of
from tests.naive import spans as naive
from tests.nn.compare import equal


class TestBetweenContext(PairEncoderContract):
    component = "between_context"


class TestSum(PairEncoderContract):
    component = {"type": "between_context", "context_pooler": "sum"}


class TestDistance(PairEncoderContract):
    component = {"type": "between_context", "distance_dim": 3}


WIDTHS = {"shared_dim": 5, "summary_dim": 4, "span_dim": 3, "width_dim": 2}


@pytest.mark.parametrize("how", ["max", "mean", "sum"])
@pytest.mark.parametrize(("type_dim", "distance_dim"), [(0, 0), (2, 0), (0, 3), (2, 3)])
def test_equals_masks(how: str, type_dim: int, distance_dim: int) -> None:
    component: dict[str, Any] = {
        "type": "between_context",
        "context_pooler": how,
        "distance_dim": distance_dim,
    }
    module = construct(Factory[PairEncoder], component)(**WIDTHS, type_dim=type_dim)
    streams = streams_of(range(len(UNITS)), 5, 4, padding=1)
    spans = spans_of(range(len(UNITS)))
    pairs = ordered_pairs(spans.unit)
    rows, table = torch.randn(len(spans), 3), torch.randn(7, 2)
    types = torch.randn(len(spans), type_dim)
    positions = streams.shared.positions
    where = [
        naive.span_mask(positions, *triple)
        for triple in zip(
            spans.unit.tolist(), spans.start.tolist(), spans.end.tolist(), strict=True
        )
    ]

    def one_by_one() -> torch.Tensor:
        found = []
        for head, tail in pairs.tolist():
            pair = head, tail
            unit = int(spans.unit[head])
            gap = naive.gap_mask(where[head], where[tail])
            context = naive.pool_mask(streams.shared.states[unit], gap, how)
            summary = streams.relation.summary[unit]
            widths = table[spans.width[head]], table[spans.width[tail]]
            parts = [context, summary, rows[head], rows[tail], *widths, types[head], types[tail]]
            if distance_dim:
                row = naive.distance_row(*((int(spans.start[i]), int(spans.end[i])) for i in pair))
                parts.append(module.distances.weight[row])
            found.append(torch.cat(parts))
        return torch.stack(found)

    def packed() -> torch.Tensor:
        arguments = Arguments.of_mentions(
            spans,
            rows,
            FeatureBlock(table, spans.width),
            FeatureBlock(types),
            torch.zeros_like(spans.unit),
            FeatureBlock(streams.relation.summary, spans.unit),
        )
        blocks = module(streams, arguments, pairs)
        return torch.cat([block.rows() for block in blocks], 1)

    found = equal(packed, one_by_one, [streams.shared.states, rows, table])
    assert found.shape == (len(pairs), module.output_dim)


def test_width_of_the_features() -> None:
    """SINET §3.7: 4d + 2w; with types 2e more, with distances z more."""
    assert BetweenContext(8, 8, 8, 3, 0).output_dim == 4 * 8 + 2 * 3
    assert BetweenContext(8, 8, 8, 3, 5, distance_dim=7).output_dim == 4 * 8 + 2 * 3 + 2 * 5 + 7


def test_distances_by_hand() -> None:
    """Words [0, 2) and one word that begins 0, 1, 2, 3, 5, 8, 16 and 50 words later."""
    starts = torch.tensor([0, 1, 2, 3, 4, 5, 7, 10, 18, 52])
    spans = Spans(torch.zeros(10).long(), starts, torch.cat([torch.tensor([2]), starts[1:] + 1]))
    first, others = torch.zeros(9).long(), torch.arange(1, 10)
    assert distance_rows(spans, first, others).tolist() == [0, 0, 1, 2, 3, 4, 5, 6, 6]
    assert distance_rows(spans, others, first).tolist() == [7, 7, 8, 9, 10, 11, 12, 13, 13]
