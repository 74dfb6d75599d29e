"""Span enumerators: which spans of a unit a model classifies.

The interface and the enumerators without parameters stand below both the data side, which
enumerates spans and samples from them, and the network side, which may prune them.
"""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, ClassVar, final

import numpy as np
from annotated_types import Ge, Le, Len
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor, nn

from jointre.config import Registrable
from jointre.errors import ConfigError
from jointre.positions import Spans

SpanWidth = Annotated[int, Ge(1), Le(1_000)]


class SpanEnumerator(Registrable, ABC, interface="span_enumerator"):
    """Span enumerator: proposes the spans of a unit that a model classifies.

    A plain enumerator needs only the words. One with a trained scorer proposes the spans of
    its plain enumerator, and keeps the best of them when the model predicts.

    Owner gives: ``input_dim``, the width of the features of a span, and ``state_dim``, the
    width of the model's states.
    """

    given: ClassVar[tuple[str, ...]] = ("input_dim", "state_dim")

    @property
    @abstractmethod
    def max_width(self) -> int:
        """Width of the widest span that is proposed, in words."""

    @abstractmethod
    def spans(
        self, words: Sequence[str], sentences: Sequence[tuple[int, int]]
    ) -> NDArray[np.int64]:
        """The proposed spans, ordered by sentence, then width, then start.

        Args:
            words: Words of the unit.
            sentences: Sentences as ``[start, end)`` in words; no span leaves its sentence.

        Shapes:
            returns ``"s 2"``: ``[start, end)`` in words of the unit.
        """

    @abstractmethod
    def reason_missed(self, words: Sequence[str], start: int, end: int) -> str | None:
        """Why a span within one sentence is never proposed, as a clause after "mentions".

        Args:
            words: Words of the unit.
            start: First word of the span.
            end: Word after the last one of the span.

        Returns:
            For example ``"wider than max_width=8 words"``, or None if the span is proposed.
        """

    @property
    def plain(self) -> "SpanEnumerator":
        """The enumerator without parameters, which can be sent to a worker process."""
        return self

    @property
    def scorer(self) -> nn.Module | None:
        """Blocks that describe spans → one logit per span; None if nothing is pruned."""
        return None

    def keep(
        self, scores: Float[Tensor, " s"], spans: Spans, words: Int[Tensor, " b"]
    ) -> Int[Tensor, " k"]:
        """Rows of the spans that stay after pruning, in order.

        Args:
            scores: Logits of the scorer.
            spans: Proposed spans, ordered by unit.
            words: Number of words of each unit.

        Shapes:
            scores and spans ``"s"``, words ``"b"`` → ``"k"``.
        """
        raise NotImplementedError(f"{self.registered_name!r} does not prune")


@final
@SpanEnumerator.register("all_spans")
class AllSpans(SpanEnumerator):
    """Every span of some widths inside a sentence (SINET §2; spaCy's n-gram suggester).

    Paper: https://aclanthology.org/2024.lrec-main.1343

    Args:
        max_width: Width of the widest span, in words.
        widths: Widths of the spans, in words, instead of all from 1 to ``max_width``.
        cross_punctuation: Whether to propose spans that contain a punctuation mark as a word, such
            as a comma, a bracket or a quotation mark.

    Raises:
        ConfigError: A width is listed twice.

    Example:
        >>> AllSpans(max_width=2).spans(("It", "is", "so"), [(0, 3)]).tolist()
        [[0, 1], [1, 2], [2, 3], [0, 2], [1, 3]]
        >>> AllSpans(widths=[2], cross_punctuation=False).spans(("a", "b", ","), [(0, 3)]).tolist()
        [[0, 2]]
    """

    def __init__(
        self,
        max_width: SpanWidth = 8,
        widths: Annotated[list[SpanWidth], Len(1, 1_000)] | None = None,
        cross_punctuation: bool = True,
    ) -> None:
        if widths is not None and len(set(widths)) < len(widths):
            raise ConfigError(f"widths lists a width twice: {widths}")
        self.widths = np.array(sorted(widths or range(1, max_width + 1)), np.int64)
        self.listed = widths is not None
        self.cross_punctuation = cross_punctuation

    @property
    def max_width(self) -> int:
        """Width of the widest span that is proposed, in words."""
        return int(self.widths[-1])

    def spans(
        self, words: Sequence[str], sentences: Sequence[tuple[int, int]]
    ) -> NDArray[np.int64]:
        """The proposed spans, ordered by sentence, then width, then start."""
        borders = np.array(sentences, np.int64).reshape(-1, 2)
        lengths = borders[:, 1] - borders[:, 0]
        counts = np.maximum(lengths[:, None] - self.widths + 1, 0).ravel()
        group = np.repeat(np.arange(len(counts)), counts)
        offset = np.arange(len(group)) - (counts.cumsum() - counts)[group]
        sentence, width = np.divmod(group, len(self.widths))
        start = borders[sentence, 0] + offset
        spans = np.stack([start, start + self.widths[width]], 1)
        if self.cross_punctuation:
            return spans
        punctuation = np.fromiter(map(is_punctuation, words), np.int64, len(words))
        before = np.concatenate([[0], punctuation.cumsum()])
        crosses: NDArray[np.bool_] = before[spans[:, 0]] < before[spans[:, 1]]
        return spans[~crosses]

    def reason_missed(self, words: Sequence[str], start: int, end: int) -> str | None:
        """Why a span within one sentence is never proposed."""
        if end - start > self.max_width and not self.listed:
            return f"wider than max_width={self.max_width} words"
        if end - start not in self.widths:
            return f"of a width that is not in widths={self.widths.tolist()}"
        if not self.cross_punctuation and any(map(is_punctuation, words[start:end])):
            return "that contain punctuation (cross_punctuation=false)"
        return None


def is_punctuation(word: str) -> bool:
    """Whether a word is made of punctuation characters alone (Unicode categories P*)."""
    return bool(word) and all(unicodedata.category(character)[0] == "P" for character in word)
