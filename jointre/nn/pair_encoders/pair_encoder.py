"""The interface of pair encoders."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.layout import Spans
from jointre.nn.split_linear import Block
from jointre.nn.streams import Streams


@dataclass(frozen=True, slots=True)
class SpanRows:
    """Representations of the spans that pairs are made of.

    Shapes:
        rows ``"m k"``: pooled states; widths: Block of ``"m w"``, width embeddings.
    """

    rows: Float[Tensor, "m k"]
    widths: Block


class PairEncoder(Registrable, nn.Module, ABC, interface="pair_encoder"):
    """Turns pairs of spans into the blocks of features that a classifier reads.

    Owner gives: ``shared_dim`` (shared stream), ``summary_dim`` (task stream),
    ``span_dim`` (pooled span) and ``width_dim`` (width embedding).

    Shapes:
        spans ``"m"``, pairs ``"q 2"`` of indices into them → blocks over q, of
        ``output_dim`` columns in all.
    """

    given: ClassVar[tuple[str, ...]] = ("shared_dim", "summary_dim", "span_dim", "width_dim")
    output_dim: int

    @abstractmethod
    def forward(
        self, streams: Streams, spans: Spans, features: SpanRows, pairs: Int[Tensor, "q 2"]
    ) -> list[Block]:
        """Feature blocks of the pairs (head, tail)."""


def choose(block: Block, rows: Int[Tensor, " q"]) -> Block:
    """The block of some of its candidates."""
    return Block(block.values, rows if block.index is None else block.index[rows])
