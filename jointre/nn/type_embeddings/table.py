"""A trained embedding of each entity label."""

from typing import ClassVar, final

from jaxtyping import Float
from torch import Tensor, nn

from jointre.config.bounds import Width
from jointre.nn.type_embeddings.type_embedding import TypeEmbedding


@final
@TypeEmbedding.register("table")
class TableTypes(TypeEmbedding):
    """An embedding of its own for each label (JEREX).

    Paper: https://arxiv.org/abs/2102.05980

    Args:
        dim: size of the embedding.

    Shapes:
        prototypes ``"c m"``, which are not read → ``"r e"``.
    """

    label_rows: ClassVar[tuple[str, ...]] = ("table.weight",)

    def __init__(self, num_labels: int, prototype_dim: int, dim: Width = 25) -> None:
        super().__init__()
        self.output_dim = dim
        self.table = nn.Embedding(num_labels, dim)

    def forward(self, prototypes: Float[Tensor, "c m"]) -> Float[Tensor, "r e"]:
        """The embeddings."""
        return self.table.weight
