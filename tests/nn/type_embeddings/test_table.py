"""An own table: contract and size."""

import torch

from jointre.nn.initialise import initialise
from jointre.nn.type_embeddings import TableTypes
from jointre.testing.contracts import TypeEmbeddingContract


class TestTable(TypeEmbeddingContract):
    component = {"type": "table", "dim": 5}


def test_table() -> None:
    module = TableTypes(40, 3, dim=70)
    initialise(module, 0.02)
    rows = module(torch.zeros(40, 3))
    assert rows is module.table.weight
    assert rows.shape == (40, 70)
    assert 0.018 < rows.std().item() < 0.022
