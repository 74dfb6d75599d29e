"""ATLOP's features of pairs: contract, and one pair at a time."""

import re
from unittest import mock

import pytest
import torch
from torch import Tensor

from jointre.config import Factory
from jointre.errors import ConfigError
from jointre.nn.pair_encoders import (
    Arguments,
    BetweenContext,
    GlobalPairEncoder,
    LocalizedContext,
    localized_context,
)
from jointre.nn.span_ops import ordered_pairs
from jointre.nn.split_linear import FeatureBlock
from jointre.nn.streams import Stream, Streams
from jointre.positions import Positions, Role, Spans
from jointre.testing.contracts import PairEncoderContract
from jointre.testing.contracts.inputs import UNITS, spans_of, streams_of
from tests.naive import localized_context as naive
from tests.nn.compare import equal

WIDTHS = {"shared_dim": 6, "summary_dim": 4, "span_dim": 3, "width_dim": 2, "type_dim": 2}


class TestLocalizedContext(PairEncoderContract):
    component = {"type": "localized_context", "heads": 2, "groups": 3, "group_size": 4}


class TestBesideMultiInstance(PairEncoderContract):
    component = {
        "type": "localized_context",
        "heads": 3,
        "hidden_dim": 5,
        "combine_with": {"type": "multi_instance", "distance_dim": 4},
    }


def sample() -> tuple[LocalizedContext, Streams, Arguments, Tensor]:
    """Entities of the spans that end at one word, in three units with padding."""
    torch.manual_seed(2)
    module = LocalizedContext(**WIDTHS, heads=2, groups=2, group_size=3, dropout=0.0)
    for parameter in module.parameters():
        parameter.data.normal_()
    streams = streams_of(range(len(UNITS)), 6, 4, padding=1)
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
    pairs = ordered_pairs(units)
    return module, streams, arguments, pairs[torch.randperm(len(pairs))]


def test_equals_pairs_one_by_one() -> None:
    """In any order of the pairs, of several units."""
    module, streams, arguments, pairs = sample()
    sources = [streams.shared.states, arguments.entities, *module.parameters()]
    equal(
        lambda: module(streams, arguments, pairs)[0].rows(),
        lambda: naive.localized_context(module, streams, arguments, pairs),
        sources,
    )


def test_by_hand() -> None:
    """One head of width 1, two positions; W picks the context, and 1 of 1 product is kept."""
    module = LocalizedContext(1, 1, 1, 0, 0, heads=1, groups=1, group_size=1, dropout=0.0)
    with torch.no_grad():
        for part in (module.query, module.key, module.bilinear):
            part.weight.fill_(1.0)
        module.bilinear.bias.zero_()
        for linear in (module.head, module.tail):
            linear.weight.copy_(torch.tensor([[0.0, 1.0]]))
            linear.bias.zero_()
    roles = torch.tensor([[Role.WORD, Role.WORD, Role.PAD]])
    states = torch.tensor([[[0.0], [1.0], [9.0]]])
    words = torch.tensor([[[0, 1], [1, 2]]])
    stream = Stream(states, torch.zeros(1, 1), Positions(roles, words))
    log2 = float(torch.log(torch.tensor(2.0)))
    zeros = torch.zeros(2, dtype=torch.long)
    spans = Spans(zeros, torch.tensor([0, 1]), torch.tensor([1, 2]))
    arguments = Arguments(
        spans,
        torch.zeros(2, 1),
        FeatureBlock(torch.zeros(1, 0), zeros),
        torch.tensor([[0, 0], [1, 1]]),
        torch.tensor([[0.0], [log2]]),
        FeatureBlock(torch.zeros(1, 0), zeros),
        zeros,
        FeatureBlock(stream.summary, zeros),
    )
    streams = Streams.without_pairs(stream, stream, stream)
    rows = module(streams, arguments, torch.tensor([[0, 1]]))[0].rows()
    # Attention (1/2, 1/2) and (1/3, 2/3): products (1/6, 1/3), normalised (1/3, 2/3).
    context = (1 / 3) / (1 / 2 + 1e-5)
    assert rows.item() == pytest.approx(float(torch.tensor(context).tanh()) ** 2, abs=1e-6)


@pytest.mark.parametrize("limit", [1, 200])
def test_parts_change_nothing(limit: int) -> None:
    module, streams, arguments, pairs = sample()
    with torch.no_grad():
        whole = module(streams, arguments, pairs)[0].rows()
        with mock.patch.object(localized_context, "VALUES_AT_ONCE", limit):
            torch.testing.assert_close(module(streams, arguments, pairs)[0].rows(), whole)


def test_other_features_follow() -> None:
    module, streams, arguments, pairs = sample()
    torch.manual_seed(0)
    combined = LocalizedContext(
        **WIDTHS,
        heads=2,
        groups=2,
        group_size=3,
        dropout=0.0,
        combine_with=Factory(GlobalPairEncoder, hidden_dim=5),
    ).eval()
    combined.load_state_dict(module.state_dict(), strict=False)
    first, second = combined(streams, arguments, pairs)
    assert combined.output_dim == 3 + 5
    assert combined.other is not None
    torch.testing.assert_close(first.rows(), module(streams, arguments, pairs)[0].rows())
    torch.testing.assert_close(second.rows(), combined.other(streams, arguments, pairs)[0].rows())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"heads": 4}, "heads=4 does not divide the width 6; take one of 1, 2, 3, 6"),
        (
            {"heads": 2, "groups": 5, "group_size": 256},
            "groups=5 of group_size=256 make 327,680 products per pair; accepted: at most 262,144, "
            "so take smaller or fewer groups",
        ),
        (
            {"heads": 2, "combine_with": Factory(BetweenContext)},
            "combine_with 'between_context' reads only one mention of an entity: take "
            "'multi_instance' or 'global'",
        ),
    ],
)
def test_options_that_do_not_fit(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        LocalizedContext(**WIDTHS, **options)  # type: ignore[arg-type]
