"""Initial weights of what is added to an encoder."""

import torch
from torch import nn

from jointre.nn.initialise import initialise
from jointre.nn.split_linear import SplitLinear


def test_initialise() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(200, 100), nn.Embedding(100, 50), nn.LayerNorm(5))
    initialise(module, 0.05)
    linear, table, norm = module
    assert abs(linear.weight.std().item() - 0.05) < 0.002
    assert abs(table.weight.std().item() - 0.05) < 0.003
    assert not linear.bias.any()
    assert bool((norm.weight == 1).all())


def test_a_part_may_say_where_its_bias_starts() -> None:
    module = SplitLinear(3, 2, initial_bias=-4.0)
    initialise(module, 0.02)
    assert module.bias.tolist() == [-4.0, -4.0]
