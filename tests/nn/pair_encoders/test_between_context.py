"""SINET's pair features: contract, and one row at a time from position masks."""

from typing import Any

import pytest
import torch

from jointre.config import Factory, construct
from jointre.nn.pair_encoders import Arguments, BetweenContext, PairEncoder
from jointre.nn.span_ops import ordered_pairs
from jointre.nn.split_linear import FeatureBlock
from jointre.testing.contracts import PairEncoderContract
from jointre.testing.contracts.inputs import UNITS, spans_of, streams_of
from tests.naive import spans as naive
from tests.nn.compare import equal


class TestBetweenContext(PairEncoderContract):
    component = "between_context"


class TestSum(PairEncoderContract):
    component = {"type": "between_context", "context_pooler": "sum"}


WIDTHS = {"shared_dim": 5, "summary_dim": 4, "span_dim": 3, "width_dim": 2, "type_dim": 0}


@pytest.mark.parametrize("how", ["max", "mean", "sum"])
def test_equals_masks(how: str) -> None:
    component: dict[str, Any] = {"type": "between_context", "context_pooler": how}
    module = construct(Factory[PairEncoder], component)(**WIDTHS)
    streams = streams_of(range(len(UNITS)), 5, 4, padding=1)
    spans = spans_of(range(len(UNITS)))
    pairs = ordered_pairs(spans.unit)
    rows, table = torch.randn(len(spans), 3), torch.randn(7, 2)
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
            unit = int(spans.unit[head])
            gap = naive.gap_mask(where[head], where[tail])
            context = naive.pool_mask(streams.shared.states[unit], gap, how)
            summary = streams.relation.summary[unit]
            widths = table[spans.width[head]], table[spans.width[tail]]
            found.append(torch.cat([context, summary, rows[head], rows[tail], *widths]))
        return torch.stack(found)

    def packed() -> torch.Tensor:
        blocks = module(
            streams, Arguments.of_mentions(spans, rows, FeatureBlock(table, spans.width)), pairs
        )
        return torch.cat([block.rows() for block in blocks], 1)

    found = equal(packed, one_by_one, [streams.shared.states, rows, table])
    assert found.shape == (len(pairs), module.output_dim)


def test_width_of_the_features() -> None:
    """SINET §3.7: 4d + 2w."""
    assert BetweenContext(8, 8, 8, 3, 0).output_dim == 4 * 8 + 2 * 3
