"""Type embeddings: one row for each entity label, which pair encoders read."""

from jointre.nn.type_embeddings.prototypes import PrototypeTypes
from jointre.nn.type_embeddings.table import TableTypes
from jointre.nn.type_embeddings.type_embedding import TypeEmbedding

__all__ = ["PrototypeTypes", "TableTypes", "TypeEmbedding"]
