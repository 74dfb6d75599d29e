"""The interface of encoders."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from jaxtyping import Bool, Int
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.nn.streams import Stream
from jointre.positions import Positions

LongInputs = Literal["windows", "truncate", "extend"]


class Encoder(Registrable, nn.Module, ABC, interface="encoder"):
    """Encoder: turns piece ids into states, one vector per piece.

    Shapes:
        ids and mask ``"w p"`` (w windows of p pieces), window_index ``"b t"`` (position → flat
        index into w·p; None where window i is unit i) → Stream over ``"b t"``.
    """

    tokenizer: Any  # transformers' PreTrainedTokenizerBase
    special_tokens: bool
    long_inputs: LongInputs
    stride: int

    @property
    @abstractmethod
    def output_dim(self) -> int:
        """Width of the states."""

    @property
    @abstractmethod
    def max_pieces(self) -> int:
        """Maximum number of pieces in a window, including special ones."""

    @property
    @abstractmethod
    def initializer_range(self) -> float:
        """Standard deviation for the weights of modules that read this encoder."""

    @abstractmethod
    def forward(
        self,
        ids: Int[Tensor, "w p"],
        mask: Bool[Tensor, "w p"],
        window_index: Int[Tensor, "b t"] | None,
        positions: Positions,
    ) -> Stream:
        """States of the positions."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write what an archive needs in addition to the weights: config and tokenizer."""

    @staticmethod
    @abstractmethod
    def restored(options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """Options that rebuild the encoder from a folder of :meth:`save`, without weights."""
