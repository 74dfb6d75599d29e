"""The interface of coreference scorers."""

from abc import ABC, abstractmethod
from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Registrable


class CoreferenceScorer(Registrable, nn.Module, ABC, interface="coreference"):
    """Coreference scorer: scores whether two mentions name the same entity.

    Owner gives: ``input_dim``, the mentions' width.

    Shapes:
        mentions ``"m k"``, pairs ``"q 2"`` rows of mentions, edit_distance ``"q"`` in
        characters → logits ``"q"``.
    """

    given: ClassVar[tuple[str, ...]] = ("input_dim",)

    @abstractmethod
    def forward(
        self,
        mentions: Float[Tensor, "m k"],
        pairs: Int[Tensor, "q 2"],
        edit_distance: Int[Tensor, " q"],
    ) -> Float[Tensor, " q"]:
        """Logits of the pairs."""
