"""Words → pieces, windows and Positions. Nothing is cut unless the config says so."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from jointre.data.batch import EncoderInput
from jointre.data.context import Context, Place, Stretch, View, window_around
from jointre.data.encoder_windows import WindowBatch, plan_windows
from jointre.data.schema import Document
from jointre.errors import ConfigError, DataError
from jointre.positions import Positions, Role

CACHE_LIMIT = 500_000
MAX_WORD_PIECES = 256
"""Most pieces of a word that the encoder reads; ordinary words have fewer than ten."""
MAX_WORD_CHARACTERS = 4096
"""Most characters of a word that are tokenised: longer ones have more pieces than are read."""
LONG_WORDS = f"words with more than {MAX_WORD_PIECES} pieces were read up to that piece only"
"""How words are counted of which the encoder reads only the beginning."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of one unit.

    Args:
        ids: Piece ids, including special pieces.
        starts: First position of each word, and the position after the last word.
        truncated: Number of words that were cut off, in a model that truncates.
        silent: True for each word without a piece that the encoder knows (zero-width, control,
            private-use characters); None if every word has one.
        shortened: Indices of the words of which only the first pieces are read
            (:data:`MAX_WORD_PIECES`).
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    truncated: int = 0
    silent: NDArray[np.bool_] | None = None
    shortened: tuple[int, ...] = ()


class PieceMaker:
    """Tokenises each word separately with the encoder's tokenizer, and plans windows.

    Args:
        tokenizer: Tokenizer of the encoder (transformers' ``PreTrainedTokenizerBase``).
        special_tokens: Whether a unit is surrounded with [CLS] and [SEP]; a tokenizer that has only
            an end token, such as T5's, adds that.
        max_pieces: Maximum number of pieces of a window, including special pieces.
        stride: Number of pieces that neighbouring windows share.
        long_inputs: Whether long units are read in windows, cut, or refused (``"extend"``: the
            encoder was given as many positions as it may need).
        context: What the encoder reads of a document for one of its sentences: the sentence alone,
            the document, or this number of pieces, special ones included.

    Raises:
        ConfigError: The tokenizer lacks a token that is needed.
    """

    def __init__(
        self,
        tokenizer: Any,
        special_tokens: bool,
        max_pieces: int,
        stride: int,
        long_inputs: Literal["windows", "truncate", "extend"],
        context: Context = "sentence",
    ) -> None:
        self.tokenizer = tokenizer
        self.stride = stride
        self.long_inputs = long_inputs
        self.context = context
        self._latest: tuple[Document, Stretch, NDArray[np.int64]] | None = None
        self.first, self.last = self._surrounding() if special_tokens else ([], [])
        self.room = max_pieces - len(self.first) - len(self.last)
        self.padding = self._special("pad_token")
        self.unknown = self._special("unk_token")
        # Byte-level tokenizers recognise a word by the space before it.
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
            tokens: Words of the unit.
            name: Name of the unit in an error.

        Raises:
            DataError: The unit is too long, and long inputs are neither cut nor read in windows.
        """
        beginnings = [word[:MAX_WORD_CHARACTERS] for word in tokens]
        pieces = self._pieces(beginnings)
        truncated = 0
        lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
        ends = lengths.cumsum()
        too_long = len(ends) > 0 and ends[-1] > self.room
        if too_long and self.long_inputs == "extend":
            special_count = len(self.first) + len(self.last)
            raise DataError(
                f"{name} has {ends[-1] + special_count} pieces, but the encoder was given "
                f"positions for {self.room + special_count} (long_inputs: 'extend', max_length); "
                "split it, or train with a larger max_length or with long_inputs: 'windows'"
            )
        if too_long and self.long_inputs == "truncate":
            word_count = int(np.searchsorted(ends, self.room, side="right"))
            truncated, pieces, ends = (
                len(pieces) - word_count,
                pieces[:word_count],
                ends[:word_count],
            )
        ids = [*self.first, *(i for word in pieces for i in word), *self.last]
        starts = np.concatenate([[0], ends]) + len(self.first)
        return Pieces(
            np.array(ids, np.int64),
            starts.astype(np.int64),
            truncated,
            self._silent_words(beginnings[: len(pieces)]),
            self._shortened(tokens[: len(pieces)], beginnings[: len(pieces)]),
        )

    def counts(self, tokens: Sequence[str]) -> NDArray[np.int64]:
        """Number of pieces of each word, independent of the encoder's limit."""
        beginnings = [word[:MAX_WORD_CHARACTERS] for word in tokens]
        return np.fromiter(map(len, self._pieces(beginnings)), np.int64, len(tokens))

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

    def _shortened(self, tokens: Sequence[str], beginnings: Sequence[str]) -> tuple[int, ...]:
        """Indices of the words of which pieces or characters are not read, for tokenised words."""
        if not self._many_pieces and max(map(len, tokens), default=0) <= MAX_WORD_CHARACTERS:
            return ()
        return tuple(
            index
            for index, (word, beginning) in enumerate(zip(tokens, beginnings, strict=True))
            if len(word) > MAX_WORD_CHARACTERS or beginning in self._many_pieces
        )

    def _remember(self, words: list[str]) -> None:
        """Tokenise new words; a word without pieces becomes the unknown piece.

        A word that is spelled like a special token ("[SEP]", "<s>") is ordinary text. If a
        vocabulary has special tokens as ordinary pieces, such a word is unknown.
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

    def view(self, place: Place, pieces: Pieces) -> View | None:
        """What the encoder reads of a unit's document; None if it reads the unit alone.

        Args:
            place: Where the unit stands in its document.
            pieces: Pieces of the unit.
        """
        if self.context == "sentence":
            return None
        stretch, starts = self._document(place.document)
        first, words = place.offset, len(pieces.starts) - 1
        if self.context == "document":
            return View(stretch, int(starts[first]))
        room = self.context - len(self.first) - len(self.last)
        window = window_around(starts, first, first + words, room)
        if window is None:
            return None
        low, high = int(starts[window[0]]), int(starts[window[1]])
        return View(Stretch(stretch.ids[low:high]), int(starts[first]) - low)

    def _document(self, document: Document) -> tuple[Stretch, NDArray[np.int64]]:
        """All pieces of a document, and where its words start; units of one document follow."""
        if self._latest is None or self._latest[0] is not document:
            words = self._pieces([word[:MAX_WORD_CHARACTERS] for word in document.tokens])
            lengths = np.fromiter(map(len, words), np.int64, len(words))
            ids = np.fromiter(chain.from_iterable(words), np.int64, int(lengths.sum()))
            starts = np.concatenate([[0], lengths.cumsum()]).astype(np.int64)
            self._latest = document, Stretch(ids), starts
        return self._latest[1:]

    def windows(self, count: int) -> list[tuple[int, int]]:
        """Intervals of at most ``room`` pieces of a unit; neighbours share ``stride`` pieces."""
        return plan_windows(count, self.room, self.stride)

    def batch(self, units: Sequence[Pieces], views: Sequence[View | None] = ()) -> EncoderInput:
        """Collate units.

        Args:
            units: Pieces of the units.
            views: For each unit the part of a document that it is; None: it is read alone. Without
                views, all units are.
        """
        lengths = [len(unit.ids) for unit in units]
        longest = max(1, *lengths)  # at least one here and below: axes are never empty
        roles = np.zeros((len(units), longest), np.int64)
        max_words = max(1, *(len(unit.starts) - 1 for unit in units))
        words = np.zeros((len(units), max_words, 2), np.int64)
        first_size, last_size = len(self.first), len(self.last)
        for row, unit in enumerate(units):
            size = lengths[row]
            roles[row, :size] = Role.WORD
            roles[row, :first_size] = Role.SUMMARY
            roles[row, size - last_size : size] = Role.SPECIAL
            words[row, : len(unit.starts) - 1, 0] = unit.starts[:-1]
            words[row, : len(unit.starts) - 1, 1] = unit.starts[1:]
        positions = Positions(torch.from_numpy(roles), torch.from_numpy(words))
        audible = _audible(units, max_words)
        alone = all(view is None for view in views)
        if alone and longest - first_size - last_size <= self.room:
            ids = np.full((len(units), longest), self.padding, np.int64)
            for row, unit in enumerate(units):
                ids[row, : lengths[row]] = unit.ids
            mask = torch.from_numpy(roles > 0)
            return EncoderInput(torch.from_numpy(ids), mask, None, positions, audible=audible)
        windows = WindowBatch(
            [
                view or View(Stretch(unit.ids[first_size : len(unit.ids) - last_size]), 0)
                for unit, view in zip(units, views or [None] * len(units), strict=True)
            ],
            [length - first_size - last_size for length in lengths],
            self.room,
            self.stride,
            self.first,
            self.last,
        )
        ids, window_mask = windows.ids(self.padding)
        return EncoderInput(
            torch.from_numpy(ids),
            torch.from_numpy(window_mask),
            torch.from_numpy(windows.index(longest)),
            positions,
            audible=audible,
        )


def is_invisible(word: str) -> bool:
    """Whether all characters are control, format, private-use, unassigned or white-space ones."""
    return all(unicodedata.category(character)[0] in "CZ" for character in word)


def _audible(units: Sequence[Pieces], max_words: int) -> torch.Tensor | None:
    """Which words may begin or end a mention, one row per unit; None: all of them."""
    if all(unit.silent is None for unit in units):
        return None
    rows = np.ones((len(units), max_words), bool)
    for row, unit in zip(rows, units, strict=True):
        if unit.silent is not None:
            row[: len(unit.silent)] = ~unit.silent
    return torch.from_numpy(rows)
