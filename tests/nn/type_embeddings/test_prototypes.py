"""The classifier's prototypes: contract, and which rows they are."""

import torch

from jointre.nn.type_embeddings import PrototypeTypes
from jointre.testing.contracts import TypeEmbeddingContract


class TestPrototypes(TypeEmbeddingContract):
    component = "prototypes"


def test_rows_are_the_labels() -> None:
    module, rows = PrototypeTypes(2, 3), torch.arange(9.0).view(3, 3)
    assert module.output_dim == 3
    assert torch.equal(module(rows[:2]), rows[:2])
    assert torch.equal(module(rows), rows[1:])  # row 0 is the class for none
    assert list(module.parameters()) == []
