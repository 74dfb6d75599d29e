"""The components of jointre.nn.type_embeddings: contracts, and equality with loops."""

import torch

from jointre.nn.initialise import initialise
from jointre.nn.type_embeddings import PrototypeTypes, TableTypes, TypeEmbedding
from jointre.testing.contracts import TypeEmbeddingContract


def test_interface() -> None:
    assert TypeEmbedding.given == ("num_labels", "prototype_dim")
    assert {"prototypes", "table"} <= set(TypeEmbedding.names())


class TestPrototypes(TypeEmbeddingContract):
    component = "prototypes"


def test_rows_are_the_labels() -> None:
    module, rows = PrototypeTypes(2, 3), torch.arange(9.0).view(3, 3)
    assert module.output_dim == 3
    assert torch.equal(module(rows[:2]), rows[:2])
    assert torch.equal(module(rows), rows[1:])  # row 0 is the class for none
    assert list(module.parameters()) == []


class TestTable(TypeEmbeddingContract):
    component = {"type": "table", "dim": 5}


def test_table() -> None:
    module = TableTypes(40, 3, dim=70)
    initialise(module, 0.02)
    rows = module(torch.zeros(40, 3))
    assert rows is module.table.weight
    assert rows.shape == (40, 70)
    assert 0.018 < rows.std().item() < 0.022
