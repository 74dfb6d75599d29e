"""Words and the chips of their mentions, placed side by side in lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from jointre.data.schema import Document
from jointre.display.marks import Arrow, Mark, marks_of
from jointre.display.measure import short, width

WORD_FONT, LABEL_FONT = 15, 11
LIMIT = 900.0  # pixels of a line of words
_SPACE, _TIGHT = 5.0, 1.0  # between two words
_INSET = 7.0  # by which a chip is shorter than one below it, at either side
_PAD = 5.0  # beside the label within its chip
_END = 8.0  # of a chip's width for each line that ends at it


class Word(NamedTuple):
    """A word at its place: its line, the left and right edge of its box, in pixels."""

    line: int
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Chip:
    """The label above a mention; a mention that continues on another line has several.

    Args:
        mark: Index of the mention's mark.
        line: Number of the line.
        left: Left edge in pixels.
        right: Right edge in pixels.
        layer: Height above the words, as the number of chips below.
    """

    mark: int
    line: int
    left: float
    right: float
    layer: int

    @property
    def middle(self) -> float:
        """Half-way between the edges."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Lines:
    """The words, mentions and relations of a picture with their positions.

    Args:
        words: Position of each token.
        marks: Mentions.
        links: Relations between marks.
        chips: Labels of the mentions, in the order of the marks and of the lines.
        count: Number of lines.
        width: Width of the widest line in pixels.
    """

    words: tuple[Word, ...]
    marks: tuple[Mark, ...]
    links: tuple[Arrow, ...]
    chips: tuple[Chip, ...]
    count: int
    width: float


def arrange(document: Document, limit: float = LIMIT) -> Lines:
    """Place words and mentions: a sentence begins a line, and a mention is broken if it must be.

    Args:
        document: Document to draw.
        limit: Maximum width of a line in pixels; only a single word may exceed it.
    """
    marks, links = marks_of(document)
    gaps, boxes = _gaps(document), _boxes(document, marks)
    lines = _broken(document, marks, [g + b for g, b in zip(gaps, boxes, strict=True)], limit)
    words: list[Word] = []
    for number, line in enumerate(lines):
        x = 0.0
        for i in line:
            left = x + (gaps[i] if i != line.start else 0.0)
            x = left + boxes[i]
            words.append(Word(number, left, x))
    chips = [chip for index, mark in enumerate(marks) for chip in _chips(index, mark, words)]
    widest = max((word.right for word in words), default=0.0)
    return Lines(tuple(words), tuple(marks), tuple(links), tuple(chips), len(lines), widest)


def _gaps(document: Document) -> list[float]:
    """The space before each word: hardly any where the text has none."""
    offsets = document.offsets
    if offsets is None:
        return [_SPACE] * len(document.tokens)
    ends = [0, *(end for _, end in offsets)]
    return [
        _SPACE if start > before else _TIGHT
        for (start, _), before in zip(offsets, ends, strict=False)
    ]


def _boxes(document: Document, marks: Sequence[Mark]) -> list[float]:
    """The width of each word, with what the chips above it need."""
    boxes = [width(short(token), WORD_FONT).size for token in document.tokens]
    for mark in sorted(marks, key=lambda mark: -mark.layer):
        start, end = mark.span
        needed = max(width(mark.text, LABEL_FONT).size + 2 * _PAD, _END * (mark.ends + 1))
        missing = needed + 2 * _INSET * mark.layer - sum(boxes[start:end])
        for i in range(start, end):
            boxes[i] += max(missing, 0.0) / mark.span.width
    return boxes


def _broken(
    document: Document, marks: Sequence[Mark], word_widths: Sequence[float], limit: float
) -> list[range]:
    """The words of each line."""
    continuing = {i for mark in marks for i in range(mark.span.start + 1, mark.span.end)}
    sentences = {sentence.start for sentence in document.sentences}
    starts: list[int] = []
    line_width = 0.0
    for chunk in _chunks(word_widths, continuing, limit):
        chunk_width = sum(word_widths[chunk.start : chunk.stop])
        if not starts or chunk.start in sentences or line_width + chunk_width > limit:
            starts.append(chunk.start)
            line_width = 0.0
        line_width += chunk_width
    return [range(*pair) for pair in pairwise([*starts, len(word_widths)])]


def _chunks(word_widths: Sequence[float], continuing: set[int], limit: float) -> list[range]:
    """Words that stay on one line, as far as they fit: the words of a mention."""
    starts = [i for i in range(len(word_widths)) if i not in continuing]
    chunks: list[range] = []
    for start, stop in pairwise([*starts, len(word_widths)]):
        fits = sum(word_widths[start:stop]) <= limit
        chunks += [range(start, stop)] if fits else [range(i, i + 1) for i in range(start, stop)]
    return chunks


def _chips(index: int, mark: Mark, words: Sequence[Word]) -> list[Chip]:
    chips: list[Chip] = []
    for i in range(*mark.span):
        word = words[i]
        if chips and chips[-1].line == word.line:
            chips[-1] = Chip(index, word.line, chips[-1].left, word.right, mark.layer)
        else:
            chips.append(Chip(index, word.line, word.left, word.right, mark.layer))
    share = mark.layer / (mark.layer + 1) / 2  # of a chip that is too narrow for the inset
    insets = [min(_INSET * mark.layer, (chip.right - chip.left) * share) for chip in chips]
    return [
        Chip(chip.mark, chip.line, chip.left + inset, chip.right - inset, chip.layer)
        for chip, inset in zip(chips, insets, strict=True)
    ]
