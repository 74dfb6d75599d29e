"""Overlaps of mentions in the training data, which tell decoders what to allow."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from jointre.data.schema import Document
from jointre.errors import DataError

KINDS = ("nested", "crossing", "equal")


@dataclass(frozen=True, slots=True)
class LabelOverlaps:
    """Pairs of entity labels whose mentions overlap somewhere in the training data.

    Args:
        nested: (inner label, outer label) of a mention inside a longer one.
        crossing: Labels of two mentions that overlap, neither of which contains the other, in both
            orders.
        equal: Different labels of one span, in both orders.
    """

    nested: frozenset[tuple[str, str]] = frozenset()
    crossing: frozenset[tuple[str, str]] = frozenset()
    equal: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "LabelOverlaps":
        """The overlaps in annotated documents.

        Args:
            documents: Documents with their gold entities; entities without a label are skipped.

        Example:
            >>> from jointre.data.schema import Entity, Span
            >>> entities = Entity("Place", (Span(2, 3),)), Entity("Organization", (Span(0, 3),))
            >>> bank = Document("d", ("Bank", "of", "England"), entities=entities)
            >>> sorted(LabelOverlaps.of([bank]).nested)
            [('Place', 'Organization')]
        """
        pairs_by_kind: dict[str, set[tuple[str, str]]] = {kind: set() for kind in KINDS}
        for document in documents:
            mentions = sorted(
                {
                    (start, end, entity.label)
                    for entity in document.entities
                    if entity.label is not None
                    for start, end in entity.mentions
                }
            )
            if len(mentions) > 1:
                _add(mentions, pairs_by_kind)
        return cls(*(frozenset(pairs_by_kind[kind]) for kind in KINDS))

    def to_dict(self) -> dict[str, list[list[str]]]:
        """Sorted pairs of labels, for JSON."""
        return {kind: [list(pair) for pair in sorted(getattr(self, kind))] for kind in KINDS}

    @classmethod
    def from_dict(cls, content: Any) -> "LabelOverlaps":
        """The overlaps that :meth:`to_dict` wrote.

        Raises:
            DataError: The content is anything else.
        """
        if not isinstance(content, dict) or set(content) != set(KINDS):
            raise DataError(f"vocabulary: overlaps must be an object with {', '.join(KINDS)}")
        for kind, pairs in content.items():
            if not isinstance(pairs, list) or not all(map(_is_pair, pairs)):
                raise DataError(f"vocabulary: overlaps.{kind} must be a list of pairs of labels")
        return cls(*(frozenset((a, b) for a, b in content[kind]) for kind in KINDS))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(x, str) for x in value)


def _add(
    mentions: list[tuple[int, int, str]], pairs_by_kind: dict[str, set[tuple[str, str]]]
) -> None:
    """Add the overlaps of a document's mentions, which are sorted."""
    bounds = np.array([mention[:2] for mention in mentions], np.int64)
    start, end = bounds.T
    # Mentions are sorted by start, so a mention overlaps a later one that begins before its end.
    for i, j in np.argwhere(np.triu(start[None, :] < end[:, None], 1)):
        first, second = mentions[i][2], mentions[j][2]
        if start[i] == start[j] and end[i] == end[j]:
            pairs_by_kind["equal"] |= {(first, second), (second, first)}
        elif end[j] <= end[i]:
            pairs_by_kind["nested"].add((second, first))
        elif start[i] == start[j]:
            pairs_by_kind["nested"].add((first, second))
        else:
            pairs_by_kind["crossing"] |= {(first, second), (second, first)}
