"""Names of mentions as strings: keys, abbreviations, and how two names are related."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from jointre.data.name_dictionary import NameDictionary
from jointre.data.name_keys import name_key

OPENING, CLOSING = frozenset("(["), frozenset(")]")


class NameRelation(IntEnum):
    """How the names of two mentions are related; the first that applies, in this order."""

    EQUAL = 1
    ABBREVIATION = 2
    SAME_CONCEPT = 3
    DIFFERENT_CONCEPT = 4
    LAST_WORD = 5
    INITIALS = 6
    OTHER = 0


@dataclass(frozen=True, slots=True, eq=False)
class MentionNames:
    """The names of the mentions of one document.

    Args:
        texts: Words of each mention, joined by spaces.
        number: The distinct key of each mention.
        keys: The distinct keys, in the order of their first mentions.
        abbreviations: Which distinct keys abbreviate each other in this document.

    Shapes:
        number ``"m"``, abbreviations ``"k k"`` for m mentions and k keys.
    """

    texts: tuple[str, ...]
    number: NDArray[np.int64]
    keys: tuple[str, ...]
    abbreviations: NDArray[np.bool_]

    @classmethod
    def of(cls, tokens: Sequence[str], spans: NDArray[np.integer]) -> "MentionNames":
        """The names of mentions.

        Two keys abbreviate each other where a mention in brackets directly follows another one
        and its letters occur in that one, from the beginning of a word on.

        Source: Schwartz and Hearst (2003), https://doi.org/10.1142/9789812776303_0042

        Args:
            tokens: Words of the document.
            spans: ``[start, end)`` of each mention, in words.

        Shapes:
            spans ``"m 2"``.

        Example:
            >>> tokens = "acute renal failure ( ARF ) . Renal failures .".split()
            >>> names = MentionNames.of(tokens, np.array([[0, 3], [4, 5], [1, 3], [7, 9]]))
            >>> names.keys, names.number.tolist()
            (('acute renal failure', 'arf', 'renal failure'), [0, 1, 2, 2])
            >>> np.argwhere(names.abbreviations).tolist()
            [[0, 1], [1, 0]]
        """
        key_numbers: dict[str, int] = {}
        bounds = [(int(start), int(end)) for start, end in spans]
        number = [
            key_numbers.setdefault(name_key(tokens[start:end]), len(key_numbers))
            for start, end in bounds
        ]
        abbreviations = np.zeros((len(key_numbers), len(key_numbers)), bool)
        rows_by_end: dict[int, list[int]] = {}
        for row, (_, end) in enumerate(bounds):
            rows_by_end.setdefault(end, []).append(row)
        for row, (start, end) in enumerate(bounds):
            if not _in_brackets(tokens, start, end):
                continue
            for previous_row in rows_by_end.get(start - 1, ()):
                previous_words = tokens[slice(*bounds[previous_row])]
                words = tokens[start:end]
                if abbreviates(words, previous_words) or abbreviates(previous_words, words):
                    abbreviations[number[row], number[previous_row]] = True
                    abbreviations[number[previous_row], number[row]] = True
        np.fill_diagonal(abbreviations, False)
        return cls(
            tuple(" ".join(tokens[start:end]) for start, end in bounds),
            np.array(number, np.int64),
            tuple(key_numbers),
            abbreviations,
        )

    def relations(self, dictionary: NameDictionary | None = None) -> NDArray[np.int64]:
        """The :class:`NameRelation` of every pair of distinct keys.

        Args:
            dictionary: Says which keys name the same concept; None: nothing is known.

        Shapes:
            → ``"k k"``, symmetric.

        Example:
            >>> tokens = "renal failure and heart failure".split()
            >>> names = MentionNames.of(tokens, np.array([[0, 2], [3, 5]]))
            >>> NameRelation(names.relations()[0, 1]).name
            'LAST_WORD'
        """
        size = len(self.keys)
        related = np.full((size, size), NameRelation.OTHER, np.int64)
        if dictionary is None:
            same = different = np.zeros((size, size), bool)
        else:
            same, different = dictionary.compare(self.keys)
        # Later assignments win, so the order is the reverse of the enumeration's.
        for relation, holds in (
            (NameRelation.INITIALS, self._same_initials()),
            (NameRelation.LAST_WORD, self._share_last_word()),
            (NameRelation.DIFFERENT_CONCEPT, different),
            (NameRelation.SAME_CONCEPT, same),
            (NameRelation.ABBREVIATION, self.abbreviations),
            (NameRelation.EQUAL, np.eye(size, dtype=bool)),
        ):
            related[holds] = relation
        return related

    def _same_initials(self) -> NDArray[np.bool_]:
        """Keys of several words with equal initials, and keys that are another key's initials."""
        words = [key.split() for key in self.keys]
        initials = np.array(["".join(w[0] for w in key) for key in words], object)
        several = np.array([len(key) > 1 for key in words], bool)
        as_word = np.array(self.keys, object)
        spelt = several[:, None] & (initials[:, None] == as_word[None, :])
        equal = several[:, None] & several[None, :] & (initials[:, None] == initials[None, :])
        result: NDArray[np.bool_] = equal | spelt | spelt.T
        return result

    def _share_last_word(self) -> NDArray[np.bool_]:
        """Pairs of keys one of which contains the last word of the other."""
        words = [key.split() or [""] for key in self.keys]
        column = {word: i for i, word in enumerate(dict.fromkeys(w for key in words for w in key))}
        holds = np.zeros((len(words), len(column)), bool)
        for row, key in enumerate(words):
            holds[row, [column[word] for word in key]] = True
        contained = holds[:, [column[key[-1]] for key in words]]
        result: NDArray[np.bool_] = contained | contained.T
        return result


def pair_relations(
    names: Sequence[MentionNames], pairs: NDArray[np.int64], dictionary: NameDictionary | None
) -> NDArray[np.int64]:
    """The :class:`NameRelation` of pairs of mentions of several documents.

    Args:
        names: The names of each document's mentions.
        pairs: Pairs of mentions, by their rows over all documents; both are of one document.
        dictionary: Says which keys name the same concept; None: nothing is known.

    Shapes:
        pairs ``"q 2"`` → ``"q"``.
    """
    sizes = np.array([len(unit.number) for unit in names], np.int64)
    starts = sizes.cumsum() - sizes
    of_pair = np.searchsorted(starts + sizes, pairs[:, 0], side="right")
    relations = np.zeros(len(pairs), np.int64)
    for unit, (unit_names, start) in enumerate(zip(names, starts, strict=True)):
        rows = of_pair == unit
        number = unit_names.number[pairs[rows] - start]
        relations[rows] = unit_names.relations(dictionary)[number[:, 0], number[:, 1]]
    return relations


def _in_brackets(tokens: Sequence[str], start: int, end: int) -> bool:
    """Whether a span follows an opening bracket and a bracket closes after it."""
    return (
        start > 0
        and tokens[start - 1] in OPENING
        and any(token in CLOSING for token in tokens[end : end + 8])
    )


def abbreviates(short: Sequence[str], name: Sequence[str]) -> bool:
    """Whether a short form consists of letters of a name, in order, from a word's first letter on.

    Source: Schwartz and Hearst (2003), https://doi.org/10.1142/9789812776303_0042

    Args:
        short: Words of the short form: one or two, of two to ten letters and digits in all.
        name: Words of the name.

    Example:
        >>> abbreviates(["ARF"], ["acute", "renal", "failure"])
        True
        >>> abbreviates(["ARF"], ["kidney", "failure"])
        False
    """
    letters = [c for c in "".join(short).lower() if c.isalnum()]
    text = " ".join(name).lower()
    if len(short) > 2 or not 2 <= len(letters) <= 10 or not any(c.isalpha() for c in letters):
        return False
    if len(letters) >= len(text) or len(name) > min(len(letters) + 5, 2 * len(letters)):
        return False
    at = len(text)
    for letter in reversed(letters[1:]):
        at = text.rfind(letter, 0, at)
        if at < 0:
            return False
    while at > 0:
        at = text.rfind(letters[0], 0, at)
        if at >= 0 and (at == 0 or not text[at - 1].isalnum()):
            return True
    return False
