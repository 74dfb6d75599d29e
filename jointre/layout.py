"""Layout: what each position of a batch is, and where each word lies.

The data side makes it, the network side reads it; so it stands below both.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import torch
from jaxtyping import Bool, Int
from torch import Tensor


class Role(IntEnum):
    """The kinds of position."""

    PAD = 0
    WORD = 1
    SUMMARY = 2  # [CLS]
    SPECIAL = 3  # [SEP]


@dataclass(frozen=True, slots=True)
class Layout:
    """Roles of the positions and the position interval of every word.

    Args:
        roles: one :class:`Role` a position.
        words: word ``i`` of a unit covers positions ``[start, end)``; rows past a
            unit's last word are ``(0, 0)``.

    Shapes:
        roles ``"b t"``, words ``"b n 2"``: b units, t positions, n words.
    """

    roles: Int[Tensor, "b t"]
    words: Int[Tensor, "b n 2"]

    @property
    def is_word(self) -> Bool[Tensor, "b t"]:
        """True where a position belongs to a word."""
        return self.roles == Role.WORD

    @property
    def lengths(self) -> Int[Tensor, " b"]:
        """Number of words of each unit."""
        return (self.words[..., 1] > 0).sum(1)

    def to(self, device: torch.device) -> Self:
        """The same layout on another device."""
        return type(self)(self.roles.to(device), self.words.to(device))

    def __getitem__(self, units: slice) -> Self:
        """The layout of some of the units."""
        return type(self)(self.roles[units], self.words[units])
