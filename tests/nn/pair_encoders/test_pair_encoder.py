"""The interface, and choosing candidates of a block."""

import torch

from jointre.nn.pair_encoders import PairEncoder
from jointre.nn.pair_encoders.pair_encoder import choose
from jointre.nn.split_linear import FeatureBlock


def test_interface() -> None:
    assert PairEncoder.given == (
        "shared_dim",
        "summary_dim",
        "span_dim",
        "width_dim",
        "type_dim",
    )
    assert "between_context" in PairEncoder.names()


def test_choose() -> None:
    values, rows = torch.arange(3.0)[:, None], torch.tensor([1, 1, 0])
    assert choose(FeatureBlock(values), rows).rows().tolist() == [[1.0], [1.0], [0.0]]
    shared = FeatureBlock(values, torch.tensor([2, 0]))
    assert choose(shared, rows).rows().tolist() == [[0.0], [0.0], [2.0]]
