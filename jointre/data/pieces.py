"""Words → pieces, windows and Layout. Nothing is cut unless the config says so."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from jointre.data.batch import EncoderInput
from jointre.errors import ConfigError, DataError
from jointre.positions import Positions, Role

CACHE_LIMIT = 500_000
MAX_WORD_PIECES = 256
"""Most pieces of a word that the encoder reads; ordinary words have fewer than ten."""
MAX_WORD_CHARACTERS = 4096
"""Most characters of a word that are tokenised: longer ones have more pieces than are read."""
LONG_WORDS = f"words with more than {MAX_WORD_PIECES} pieces were read up to that piece only"
"""How words of which the encoder reads only the beginning are counted."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of one unit.

    Args:
        ids: piece ids, special ones included.
        starts: first position of each word, and of what follows the last one.
        truncated: words that were cut off, in a model that truncates.
        silent: Words that the encoder sees nothing of (zero-width, control, private-use
            characters); None if there are none.
        shortened: Indices of the words of which only the first pieces are read
            (:data:`MAX_WORD_PIECES`).
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    truncated: int = 0
    silent: NDArray[np.bool_] | None = None
    shortened: tuple[int, ...] = ()


class PieceMaker:
    """Tokenises each word alone by the encoder's own tokenizer and plans windows.

    Args:
        tokenizer: the encoder's (transformers' ``PreTrainedTokenizerBase``).
        special_tokens: surround a unit with [CLS] and [SEP]; with the end token alone for a
            tokenizer that has neither but this one, like T5's.
        max_pieces: most pieces of a window, special ones included.
        stride: pieces that neighbouring windows share.
        long_inputs: read long units in windows, cut them, or refuse them (``"extend"``: the
            encoder was given as many positions as it may need).

    Raises:
        ConfigError: the tokenizer lacks a token that is needed.
    """

    def __init__(
        self,
        tokenizer: Any,
        special_tokens: bool,
        max_pieces: int,
        stride: int,
        long_inputs: Literal["windows", "truncate", "extend"],
    ) -> None:
        self.tokenizer = tokenizer
        self.stride = stride
        self.long_inputs = long_inputs
        self.first, self.last = self._surrounding() if special_tokens else ([], [])
        self.room = max_pieces - len(self.first) - len(self.last)
        self.padding = self._special("pad_token")
        self.unknown = self._special("unk_token")
        # Byte-level tokenizers tell a word by the space before it.
        self.prefix = " " if tokenizer.tokenize(" a") != tokenizer.tokenize("a") else ""
        self._special_ids = frozenset(tokenizer.all_special_ids)
        self._cache: dict[str, list[int]] = {}
        self._silent: set[str] = set()
        self._many_pieces: set[str] = set()

    def _surrounding(self) -> tuple[list[int], list[int]]:
        names = ("cls_token_id", "sep_token_id")
        if all(getattr(self.tokenizer, name, None) is None for name in names):
            end = getattr(self.tokenizer, "eos_token_id", None)
            if end is not None:
                return [], [int(end)]
        return [self._special("cls_token")], [self._special("sep_token")]

    def _special(self, name: str) -> int:
        index = getattr(self.tokenizer, f"{name}_id", None)
        if index is None:
            raise ConfigError(f"the encoder's tokenizer has no {name}, which jointre needs")
        return int(index)

    def __call__(self, tokens: Sequence[str], name: str = "a unit") -> Pieces:
        """The pieces of one unit's words.

        Args:
            tokens: the words.
            name: Name of the unit in an error.

        Raises:
            DataError: long inputs are neither cut nor read in windows, and this one is too long.
        """
        read = [word[:MAX_WORD_CHARACTERS] for word in tokens]
        pieces = self._pieces(read)
        truncated = 0
        lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
        ends = lengths.cumsum()
        too_long = len(ends) > 0 and ends[-1] > self.room
        if too_long and self.long_inputs == "extend":
            own = len(self.first) + len(self.last)
            raise DataError(
                f"{name} has {ends[-1] + own} pieces, but the encoder was given positions for "
                f"{self.room + own} (long_inputs: 'extend', max_length); split it, or train with "
                "a larger max_length or with long_inputs: 'windows'"
            )
        if too_long and self.long_inputs == "truncate":
            kept = int(np.searchsorted(ends, self.room, side="right"))
            truncated, pieces, ends = len(pieces) - kept, pieces[:kept], ends[:kept]
        ids = [*self.first, *(i for word in pieces for i in word), *self.last]
        starts = np.concatenate([[0], ends]) + len(self.first)
        return Pieces(
            np.array(ids, np.int64),
            starts.astype(np.int64),
            truncated,
            self._silent_words(read[: len(pieces)]),
            self._shortened(tokens[: len(pieces)], read[: len(pieces)]),
        )

    def counts(self, tokens: Sequence[str]) -> NDArray[np.int64]:
        """Number of pieces of each word, whatever the encoder's limit is."""
        read = [word[:MAX_WORD_CHARACTERS] for word in tokens]
        return np.fromiter(map(len, self._pieces(read)), np.int64, len(tokens))

    def _pieces(self, tokens: Sequence[str]) -> list[list[int]]:
        """The piece ids of each word."""
        cache = self._cache
        unseen = [word for word in dict.fromkeys(tokens) if word not in cache]
        if unseen:
            if len(cache) > CACHE_LIMIT:
                cache.clear()
                self._silent.clear()
                self._many_pieces.clear()
                unseen = list(dict.fromkeys(tokens))
            self._remember(unseen)
        return [cache[word] for word in tokens]

    def _silent_words(self, tokens: Sequence[str]) -> NDArray[np.bool_] | None:
        """Which words are silent, for tokens that were tokenised before."""
        if self._silent.isdisjoint(tokens):
            return None
        return np.fromiter((word in self._silent for word in tokens), bool, len(tokens))

    def _shortened(self, tokens: Sequence[str], read: Sequence[str]) -> tuple[int, ...]:
        """The words that have pieces or characters that are not read, once they are tokenised."""
        if not self._many_pieces and max(map(len, tokens), default=0) <= MAX_WORD_CHARACTERS:
            return ()
        return tuple(
            index
            for index, (word, beginning) in enumerate(zip(tokens, read, strict=True))
            if len(word) > MAX_WORD_CHARACTERS or beginning in self._many_pieces
        )

    def _remember(self, words: list[str]) -> None:
        """Tokenise new words; one that yields nothing becomes the unknown piece.

        A word that reads like a special token ("[SEP]", "<s>") is text like any other. Some
        vocabularies hold special tokens as ordinary pieces: there it is unknown.
        """
        texts = [self.prefix + word for word in words]
        encoded = self.tokenizer(
            texts,
            add_special_tokens=False,
            return_attention_mask=False,
            return_token_type_ids=False,
            split_special_tokens=True,
            verbose=False,
        )
        for word, ids in zip(words, encoded["input_ids"], strict=True):
            plain = [self.unknown if index in self._special_ids else index for index in ids]
            self._cache[word] = plain[:MAX_WORD_PIECES] or [self.unknown]
            if len(plain) > MAX_WORD_PIECES:
                self._many_pieces.add(word)
            if not plain or is_invisible(word):
                self._silent.add(word)

    def windows(self, count: int) -> list[tuple[int, int]]:
        """Intervals of a unit's own pieces, each of at most ``room``, overlapping by ``stride``."""
        if count <= self.room:
            return [(0, count)]
        step = self.room - self.stride
        starts = range(0, count - self.stride, step)
        return [(start, min(start + self.room, count)) for start in starts]

    def batch(self, units: Sequence[Pieces]) -> EncoderInput:
        """Collate units."""
        lengths = [len(unit.ids) for unit in units]
        longest = max(1, *lengths)  # one, and one below: axes are never empty
        roles = np.zeros((len(units), longest), np.int64)
        most = max(1, *(len(unit.starts) - 1 for unit in units))
        words = np.zeros((len(units), most, 2), np.int64)
        edge, end = len(self.first), len(self.last)
        for row, unit in enumerate(units):
            size = lengths[row]
            roles[row, :size] = Role.WORD
            roles[row, :edge] = Role.SUMMARY
            roles[row, size - end : size] = Role.SPECIAL
            words[row, : len(unit.starts) - 1, 0] = unit.starts[:-1]
            words[row, : len(unit.starts) - 1, 1] = unit.starts[1:]
        positions = Positions(torch.from_numpy(roles), torch.from_numpy(words))
        audible = _audible(units, most)
        if longest - edge - end <= self.room:
            ids = np.full((len(units), longest), self.padding, np.int64)
            for row, unit in enumerate(units):
                ids[row, : lengths[row]] = unit.ids
            mask = torch.from_numpy(roles > 0)
            return EncoderInput(torch.from_numpy(ids), mask, None, positions, audible=audible)
        ids, window_mask, window_index = self._windowed(units, longest)
        return EncoderInput(
            torch.from_numpy(ids),
            torch.from_numpy(window_mask),
            torch.from_numpy(window_index),
            positions,
            audible=audible,
        )

    def _windowed(
        self, units: Sequence[Pieces], longest: int
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
        """Windows of all units, and where each position is read."""
        edge, end = len(self.first), len(self.last)
        plans = [self.windows(len(unit.ids) - edge - end) for unit in units]
        width = edge + end + max(stop - start for plan in plans for start, stop in plan)
        total = sum(map(len, plans))
        ids = np.full((total, width), self.padding, np.int64)
        mask = np.zeros((total, width), bool)
        window_index = np.zeros((len(units), longest), np.int64)
        row = 0
        for number, (unit, plan) in enumerate(zip(units, plans, strict=True)):
            own = unit.ids[edge : len(unit.ids) - end]
            for offset, (start, stop) in enumerate(plan):
                line = [*self.first, *own[start:stop], *self.last]
                ids[row + offset, : len(line)] = line
                mask[row + offset, : len(line)] = True
            window_index[number, : len(unit.ids)] = self._sources(plan, len(own), row, width)
            row += len(plan)
        return ids, mask, window_index

    def _sources(
        self, plan: list[tuple[int, int]], count: int, row: int, width: int
    ) -> NDArray[np.int64]:
        """Flat index of each position, from the window where it is farthest from an edge."""
        edge = len(self.first)
        position = np.arange(count)
        bounds = np.array(plan)
        distance = np.minimum(position - bounds[:, :1], bounds[:, 1:] - 1 - position)
        best = distance.argmax(0)
        own = (row + best) * width + edge + position - bounds[best, 0]
        final = (row + len(plan) - 1) * width + edge + (plan[-1][1] - plan[-1][0])
        head = [row * width] * edge
        return np.concatenate([head, own, [final] * len(self.last)]).astype(np.int64)


def is_invisible(word: str) -> bool:
    """Whether all characters are control, format, private-use, unassigned or white-space ones."""
    return all(unicodedata.category(character)[0] in "CZ" for character in word)


def _audible(units: Sequence[Pieces], most: int) -> torch.Tensor | None:
    """Which words may begin or end a mention, one row per unit; None: all of them."""
    if all(unit.silent is None for unit in units):
        return None
    rows = np.ones((len(units), most), bool)
    for row, unit in zip(rows, units, strict=True):
        if unit.silent is not None:
            row[: len(unit.silent)] = ~unit.silent
    return torch.from_numpy(rows)
