"""The interface of type embeddings."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from jointre.config import Registrable


class TypeEmbedding(Registrable, nn.Module, ABC, interface="type_embedding"):
    """Type embedding: one vector per entity label, for the entities of a pair.

    Owner gives: ``num_labels``, the entity labels, and ``prototype_dim``, the width of the
    entity classifier's prototypes.

    Attributes:
        output_dim: width of the rows.
        label_rows: names of the parameters with one row per label.

    Shapes:
        prototypes ``"c m"``, one a class: the labels, after "none" where that is a class
        → ``"r e"``, one a label.
    """

    given: ClassVar[tuple[str, ...]] = ("num_labels", "prototype_dim")
    label_rows: ClassVar[tuple[str, ...]] = ()
    output_dim: int

    @abstractmethod
    def forward(self, prototypes: Float[Tensor, "c m"]) -> Float[Tensor, "r e"]:
        """One row a label."""
