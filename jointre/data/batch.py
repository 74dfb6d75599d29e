"""The input that all models read from a batch, and the base of the stages that each adds."""

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from jointre.positions import Positions, Spans

M = TypeVar("M", bound="Movable")


class Movable:
    """A dataclass whose tensors, and those of the dataclasses in it, move together."""

    def to(self: M, device: torch.device | str) -> M:
        """The same record on another device; what is not a tensor stays on the host."""
        target = torch.device(device)
        moved: M = _moved(self, target)
        return moved


def _moved(value: Any, device: torch.device) -> Any:
    if isinstance(value, Tensor):
        return value.to(device)
    if is_dataclass(value) and not isinstance(value, type):
        moved_fields = {
            item.name: _moved(getattr(value, item.name), device) for item in fields(value)
        }
        return replace(value, **moved_fields)
    return value


@dataclass(frozen=True, slots=True)
class EncoderInput(Movable):
    """Pieces of the units of a batch, in one or several windows per unit.

    Args:
        ids: Piece ids of the windows.
        mask: True where a window has a piece.
        window_index: Flat index of each position into the windows; None: window i is unit i.
        positions: Roles of the positions, and the words of the units.
        audible: Words that may begin or end a predicted mention; None: all words.

    Shapes:
        ids and mask ``"w p"``, window_index ``"b t"``, audible ``"b n"``.
    """

    ids: Int[Tensor, "w p"]
    mask: Bool[Tensor, "w p"]
    window_index: Int[Tensor, "b t"] | None
    positions: Positions
    audible: Bool[Tensor, "b n"] | None = None

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.positions.roles)

    def candidates(self, spans: Spans) -> Spans:
        """The spans that begin and end with a word for which the encoder has a piece."""
        if self.audible is None:
            return spans
        audible, unit = self.audible, spans.unit
        heard = audible[unit, spans.start] & audible[unit, spans.end - 1]
        return spans[heard.nonzero().flatten()]


@dataclass(frozen=True, slots=True)
class Stages(Movable):
    """The input of a model; every family of models adds the candidates of its stages.

    If the candidates of a stage are missing, the model's decoder chooses them.

    Args:
        inputs: Pieces of the units.
    """

    inputs: EncoderInput


@dataclass(frozen=True, slots=True)
class GivenMentions(Movable):
    """Mentions that are given, so that no decoder chooses them.

    Args:
        rows: Rows of the mentions among the candidate spans.
        labels: Entity labels, -1 for the most probable label; None: that for all mentions.

    Shapes:
        both ``"m"``.
    """

    rows: Int[Tensor, " m"]
    labels: Int[Tensor, " m"] | None
