"""The interface."""

from jointre.nn.type_embeddings import TypeEmbedding


def test_interface() -> None:
    assert TypeEmbedding.given == ("num_labels", "prototype_dim")
    assert {"prototypes", "table"} <= set(TypeEmbedding.names())
