"""Records of the positions of a batch, and of the spans and cells over them that are scored.

The data side makes these records and the network side reads them, so this module is below both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

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
class Positions:
    """Roles of the positions and the position interval of every word.

    Args:
        roles: :class:`Role` of each position.
        words: Positions ``[start, end)`` of each word; rows after the last word of a unit are
            ``(0, 0)``.

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

    @property
    def first_words(self) -> Int[Tensor, "b t"]:
        """The word that begins at each position; -1 where none does."""
        unit, word = (self.words[..., 1] > self.words[..., 0]).nonzero().unbind(1)
        numbers = torch.full_like(self.roles, -1)
        numbers[unit, self.words[unit, word, 0]] = word
        return numbers

    def to(self, device: torch.device) -> "Positions":
        """The same positions on another device."""
        return type(self)(self.roles.to(device), self.words.to(device))

    def __getitem__(self, units: slice) -> "Positions":
        """The positions of a slice of the units."""
        return type(self)(self.roles[units], self.words[units])


@dataclass(frozen=True, slots=True)
class Ranges:
    """Position intervals ``[start, end)`` as packed rows; an empty one pools to zero.

    Shapes:
        unit, start, end ``"r"``: r ranges over all units of a batch.
    """

    unit: Int[Tensor, " r"]
    start: Int[Tensor, " r"]
    end: Int[Tensor, " r"]


@dataclass(frozen=True, slots=True)
class Spans:
    """Word spans ``[start, end)`` as packed rows over the batch.

    Shapes:
        unit, start, end ``"s"``: s spans over all units of a batch, in words.
    """

    unit: Int[Tensor, " s"]
    start: Int[Tensor, " s"]
    end: Int[Tensor, " s"]

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def width(self) -> Int[Tensor, " s"]:
        """Number of words of each span."""
        return self.end - self.start

    def ranges(self, positions: Positions) -> Ranges:
        """The positions that the spans cover."""
        words = positions.words
        start = words[self.unit, self.start, 0]
        return Ranges(self.unit, start, words[self.unit, self.end - 1, 1])

    def cells(self, positions: Positions) -> "Cells":
        """The spans' cells: the first positions of the first and of the last word."""
        first = positions.words[..., 0]
        return Cells(self.unit, first[self.unit, self.start], first[self.unit, self.end - 1])

    def to(self, device: torch.device) -> "Spans":
        """The same spans on another device."""
        return type(self)(self.unit.to(device), self.start.to(device), self.end.to(device))

    @classmethod
    def cat(cls, records: "Sequence[Spans]") -> "Spans":
        """The spans of several records, concatenated."""
        return cls(
            *(
                torch.cat(column)
                for column in zip(*((s.unit, s.start, s.end) for s in records), strict=True)
            )
        )

    def __getitem__(self, rows: slice | Int[Tensor, " m"]) -> "Spans":
        """The spans at some rows."""
        return type(self)(self.unit[rows], self.start[rows], self.end[rows])


@dataclass(frozen=True, slots=True)
class SentenceRows:
    """The document of each row of a batch whose rows are sentences, read document by document.

    Args:
        document: Number of the document, ascending.
        offset: Index of the sentence's first word in the document.
        sentence: Number of the sentence in the document; empty sentences are counted but have no
            row.

    Shapes:
        all ``"b"``.
    """

    document: Int[Tensor, " b"]
    offset: Int[Tensor, " b"]
    sentence: Int[Tensor, " b"]

    def in_documents(self, spans: Spans) -> Spans:
        """The spans, counted in words of their documents.

        Args:
            spans: Spans, counted in words of their sentences.
        """
        offset = self.offset[spans.unit]
        return Spans(self.document[spans.unit], spans.start + offset, spans.end + offset)


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of tables over pairs of positions, as packed rows over the batch.

    Shapes:
        unit, row, column ``"q"``: q cells over all units of a batch, in positions.
    """

    unit: Int[Tensor, " q"]
    row: Int[Tensor, " q"]
    column: Int[Tensor, " q"]

    def __len__(self) -> int:
        return len(self.unit)

    def __getitem__(self, rows: slice | Int[Tensor, " m"]) -> "Cells":
        """The cells at some rows."""
        return type(self)(self.unit[rows], self.row[rows], self.column[rows])


@dataclass(frozen=True, slots=True)
class MentionPairs:
    """Pairs of mentions to be scored, with what is known about their words.

    Args:
        rows: The two mentions of each pair, as rows of the mentions.
        edit_distances: Edit distance between their words, in characters.
        name_relations: How their names are related, as numbered by
            :class:`~jointre.data.names.NameRelation`.

    Shapes:
        rows ``"q 2"``, edit_distances and name_relations ``"q"``.
    """

    rows: Int[Tensor, "q 2"]
    edit_distances: Int[Tensor, " q"]
    name_relations: Int[Tensor, " q"]

    def __len__(self) -> int:
        return len(self.rows)

    def to(self, device: torch.device) -> "MentionPairs":
        """The same pairs on another device."""
        return type(self)(
            self.rows.to(device), self.edit_distances.to(device), self.name_relations.to(device)
        )

    def __getitem__(self, rows: slice | Int[Tensor, " m"]) -> "MentionPairs":
        """Some of the pairs."""
        return type(self)(self.rows[rows], self.edit_distances[rows], self.name_relations[rows])
