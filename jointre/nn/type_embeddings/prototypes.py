"""The entity classifier's prototypes as type embeddings."""

from typing import final

from jaxtyping import Float
from torch import Tensor

from jointre.nn.type_embeddings.type_embedding import TypeEmbedding


@final
@TypeEmbedding.register("prototypes")
class PrototypeTypes(TypeEmbedding):
    """The classifier's own vectors; relations do not train them (memory §3.10).

    Paper: https://arxiv.org/abs/2307.11762

    Shapes:
        prototypes ``"c m"`` → ``"r m"``, detached.
    """

    def __init__(self, num_labels: int, prototype_dim: int) -> None:
        super().__init__()
        self.num_labels = num_labels
        self.output_dim = prototype_dim

    def forward(self, prototypes: Float[Tensor, "c m"]) -> Float[Tensor, "r e"]:
        """The labels' prototypes, without the one of "none" where that is a class."""
        return prototypes[len(prototypes) - self.num_labels :].detach()
