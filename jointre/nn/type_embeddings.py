"""Type embeddings: one vector per entity type."""

from abc import ABC, abstractmethod
from typing import ClassVar, final

from jaxtyping import Float
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.config.bounds import Width


class TypeEmbedding(Registrable, nn.Module, ABC, interface="type_embedding"):
    """Type embedding: one vector per entity label, for the entities of a pair.

    Owner gives: ``num_labels``, the entity labels, and ``prototype_dim``, the width of the
    entity classifier's prototypes.

    Attributes:
        output_dim: Width of the rows.
        label_rows: Names of the parameters with one row per label.

    Shapes:
        prototypes ``"c m"``, one per class: first "none" if there is such a class, then the
        labels → ``"r e"``, one per label.
    """

    given: ClassVar[tuple[str, ...]] = ("num_labels", "prototype_dim")
    label_rows: ClassVar[tuple[str, ...]] = ()
    output_dim: int

    @abstractmethod
    def forward(self, prototypes: Float[Tensor, "c m"]) -> Float[Tensor, "r e"]:
        """One row per label."""


@final
@TypeEmbedding.register("prototypes")
class PrototypeTypes(TypeEmbedding):
    """Prototypes of the entity classifier, detached from the gradient of relations (memory §3.10).

    Paper: https://arxiv.org/abs/2307.11762

    Shapes:
        prototypes ``"c m"`` → ``"r m"``, detached.
    """

    def __init__(self, num_labels: int, prototype_dim: int) -> None:
        super().__init__()
        self.num_labels = num_labels
        self.output_dim = prototype_dim

    def forward(self, prototypes: Float[Tensor, "c m"]) -> Float[Tensor, "r e"]:
        """The prototypes of the labels, without that of "none" if there is such a class."""
        return prototypes[len(prototypes) - self.num_labels :].detach()


@final
@TypeEmbedding.register("table")
class TableTypes(TypeEmbedding):
    """A separate embedding of each label (JEREX).

    Paper: https://arxiv.org/abs/2102.05980

    Args:
        dim: Size of the embedding.

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
