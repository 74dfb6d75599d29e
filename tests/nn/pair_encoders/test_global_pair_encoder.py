"""JEREX's global features: contract, and one pair at a time."""

import torch

from jointre.nn.pair_encoders import Arguments, GlobalPairEncoder
from jointre.nn.split_linear import FeatureBlock
from jointre.positions import Spans
from jointre.testing.contracts import PairEncoderContract
from jointre.testing.contracts.inputs import streams_of


class TestEntitiesOnly(PairEncoderContract):
    component = "global"


class TestHidden(PairEncoderContract):
    component = {"type": "global", "hidden_dim": 5}


def test_equals_the_concatenation() -> None:
    module = GlobalPairEncoder(4, 4, 3, 2, 2, hidden_dim=6).eval()
    entities, types = torch.randn(3, 3), torch.randn(2, 2)
    kinds = torch.tensor([1, 0, 1])
    none = torch.zeros(0, dtype=torch.long)
    arguments = Arguments(
        Spans(none, none, none),
        torch.zeros(0, 3),
        FeatureBlock(torch.zeros(1, 2), none),
        torch.zeros(0, 2, dtype=torch.long),
        entities,
        FeatureBlock(types, kinds),
        none,
        FeatureBlock(torch.zeros(1, 4), none),
    )
    pairs = torch.tensor([[0, 1], [2, 0]])
    (block,) = module(streams_of([0], 4, 4), arguments, pairs)
    rows = [
        torch.cat([entities[h], entities[t], types[kinds[h]], types[kinds[t]]])
        for h, t in pairs.tolist()
    ]
    weight, bias = module.hidden.weight, module.hidden.bias
    torch.testing.assert_close(block.rows(), (torch.stack(rows) @ weight.mT + bias).relu())
