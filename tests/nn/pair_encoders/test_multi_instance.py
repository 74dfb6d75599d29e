"""JEREX's multi-instance features: contract, and one mention pair at a time."""

from unittest import mock

import pytest
import torch
from torch import Tensor

from jointre.nn.pair_encoders import Arguments, MultiInstance, multi_instance
from jointre.nn.span_ops import ordered_pairs
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Streams
from jointre.positions import Spans
from jointre.testing.contracts import PairEncoderContract
from jointre.testing.contracts.inputs import UNITS, spans_of, streams_of
from tests.naive import spans as naive
from tests.nn.compare import equal


class TestMultiInstance(PairEncoderContract):
    component = {"type": "multi_instance", "distance_dim": 4}


class TestWithoutDistances(PairEncoderContract):
    component = {"type": "multi_instance", "distance_dim": 0, "context_pooler": "mean"}


def sample() -> tuple[MultiInstance, Streams, Arguments, Tensor]:
    """Entities of the spans that end at one word: several mentions, some shared starts."""
    torch.manual_seed(2)
    module = MultiInstance(5, 4, 3, 2, 2, distance_dim=2, hidden_dim=4, dropout=0.0)
    for parameter in module.parameters():
        parameter.data.normal_()
    streams = streams_of(range(len(UNITS)), 5, 4, padding=1)
    spans = spans_of(range(len(UNITS)))
    entity = torch.unique(spans.unit * 9 + spans.end, return_inverse=True)[1]
    order = entity.argsort(stable=True)
    units = torch.stack([spans.unit[entity == e][0] for e in range(int(entity.max()) + 1)])
    arguments = Arguments(
        spans,
        torch.randn(len(spans), 3),
        FeatureBlock(torch.zeros(9, 2), spans.width),
        torch.stack([order, entity[order]], 1),
        torch.randn(len(units), 3),
        FeatureBlock(torch.randn(2, 2), torch.arange(len(units)) % 2),
        spans.start // 2,
        FeatureBlock(streams.relation.summary, spans.unit),
    )
    return module, streams, arguments, ordered_pairs(units)


def one_by_one(
    module: MultiInstance, streams: Streams, arguments: Arguments, pairs: Tensor
) -> Tensor:
    """The specification's own form: every mention pair's columns, concatenated."""
    spans, positions = arguments.spans, streams.shared.positions
    triples = zip(spans.unit.tolist(), spans.start.tolist(), spans.end.tolist(), strict=True)
    where = [naive.span_mask(positions, *triple) for triple in triples]
    found = []
    for head, tail in pairs.tolist():
        heads, tails = (
            arguments.mention_entity[arguments.mention_entity[:, 1] == e, 0] for e in (head, tail)
        )
        rows = []
        for i in heads.tolist():
            for j in tails.tolist():
                gap = naive.gap_mask(where[i], where[j])
                context = naive.pool_mask(streams.shared.states[int(spans.unit[i])], gap, "max")
                first, second = sorted((i, j), key=lambda row: int(spans.start[row]))
                apart = max(0, int(spans.start[second]) - (int(spans.end[first]) - 1))
                sentences = abs(int(arguments.sentences[i]) - int(arguments.sentences[j]))
                columns = [
                    context,
                    arguments.rows[i],
                    arguments.rows[j],
                    arguments.entities[head],
                    arguments.entities[tail],
                    module.token_distance.weight[apart],
                    module.sentence_distance.weight[sentences],
                ]
                rows.append(module.instance.weight @ torch.cat(columns) + module.instance.bias)
        types = arguments.types.rows()
        both = torch.cat([torch.stack(rows).amax(0), types[head], types[tail]])
        found.append((module.hidden.weight @ both + module.hidden.bias).relu())
    return torch.stack(found)


def test_equals_mention_pairs() -> None:
    module, streams, arguments, pairs = sample()
    sources = [streams.shared.states, arguments.rows, arguments.entities, *module.parameters()]
    equal(
        lambda: module(streams, arguments, pairs)[0].rows(),
        lambda: one_by_one(module, streams, arguments, pairs),
        sources,
    )


@pytest.mark.parametrize("limit", [1, 7])
def test_parts_change_nothing(limit: int) -> None:
    module, streams, arguments, pairs = sample()
    with torch.no_grad():
        whole = module(streams, arguments, pairs)[0].rows()
        with mock.patch.object(multi_instance, "INSTANCES_AT_ONCE", limit):
            torch.testing.assert_close(module(streams, arguments, pairs)[0].rows(), whole)


def test_far_apart() -> None:
    """Distances beyond the tables share the last row; words in between are counted."""
    sizes = torch.tensor([1, 2])
    mention_entity = torch.tensor([[0, 0], [1, 1], [2, 1]])
    pairs = torch.tensor([[1, 0], [0, 1]])
    one, other, pair = multi_instance.instances(mention_entity, pairs, sizes)
    assert (one.tolist(), other.tolist(), pair.tolist()) == (
        [1, 2, 0, 0],
        [0, 0, 1, 2],
        [0, 0, 1, 1],
    )
    module = MultiInstance(5, 4, 3, 2, 0).eval()
    long = streams_of([2], 5, 4)
    words = torch.zeros(1, 1200, 2, dtype=torch.long)
    positions = type(long.shared.positions)(long.shared.positions.roles, words)
    stream = type(long.shared)(long.shared.states, long.shared.summary, positions)
    spans = Spans(
        torch.zeros(3, dtype=torch.long), torch.tensor([0, 800, 1100]), torch.tensor([1, 801, 1101])
    )
    arguments = Arguments(
        spans,
        torch.zeros(3, 3),
        FeatureBlock(torch.zeros(2, 2), spans.width),
        mention_entity,
        torch.zeros(2, 3),
        FeatureBlock(torch.zeros(2, 0)),
        torch.tensor([0, 60, 99]),
        FeatureBlock(stream.summary, spans.unit),
    )
    rows = module(Streams.without_pairs(stream, stream, stream), arguments, pairs)[0].rows()
    assert rows.isfinite().all()
