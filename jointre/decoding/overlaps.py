"""The rule that decides which of several overlapping mentions are kept."""

from typing import Literal

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from jointre.data.overlaps import LabelOverlaps
from jointre.data.vocabulary import Vocabulary
from jointre.errors import ConfigError
from jointre.nn.span_ops import ordered_pairs
from jointre.positions import Spans

Overlap = Literal["all", "learned", "nested", "flat"]
"""Which mentions may overlap: all, those like in the training data, nested ones, or none."""


class OverlapRule:
    """Decides which pairs of overlapping mentions may both be kept.

    Args:
        overlap: ``"all"`` keeps every mention. ``"nested"`` keeps no two mentions that cross.
            ``"flat"`` keeps no two that share a word. ``"learned"`` keeps what the training data
            has: mentions of which labels lie inside which, cross, or are the same span.
        vocabulary: The labels, and the overlaps of the training data.
        by_label: Whether the labels of mentions are known when this is decided; else a kind of
            overlap is allowed if any labels have it in the training data.

    Raises:
        ConfigError: ``overlap`` is ``"learned"`` and the overlaps are not known.
    """

    def __init__(self, overlap: Overlap, vocabulary: Vocabulary, by_label: bool = True) -> None:
        if overlap == "learned" and vocabulary.overlaps is None:
            raise ConfigError(
                "overlap='learned' needs the overlaps of the training data, which this model's "
                "archive does not hold; take 'nested' or 'flat', or train again"
            )
        self.overlap = overlap
        labels = vocabulary.entity_labels
        known = vocabulary.overlaps or LabelOverlaps()
        count = len(labels)
        self._allowed = torch.zeros(3, count, count, dtype=torch.bool)
        for kind, pairs in enumerate((known.equal, known.nested, known.crossing)):
            for first, second in pairs:
                if first in labels and second in labels:
                    self._allowed[kind, labels.index(first), labels.index(second)] = True
        if not by_label:
            self._allowed = self._allowed.any(2).any(1)[:, None, None]

    def keep(
        self,
        spans: Spans,
        labels: Int[Tensor, " m"],
        probabilities: Float[Tensor, " m"],
    ) -> Int[Tensor, " k"] | None:
        """Rows of the mentions that are kept, in order; None: all of them.

        Mentions are taken in the order of their probability, and one is kept unless it may not
        overlap with one that is kept already.

        Args:
            spans: Mentions, ordered by unit; a span with several labels is there once per label.
            labels: Label of each mention; all 0 if they are not known.
            probabilities: Probability of each mention.
        """
        if self.overlap == "all" or not len(spans):
            return None
        first, second = ordered_pairs(spans.unit).unbind(1)
        overlapping = (spans.start[first] < spans.end[second]) & (
            spans.start[second] < spans.end[first]
        )
        rows = overlapping.nonzero().flatten()
        first, second = first[rows], second[rows]
        conflict = ~self._may_overlap(spans, labels, first, second)
        rows = conflict.nonzero().flatten()
        if not len(rows):
            return None
        order = probabilities.argsort(descending=True, stable=True)
        rank = torch.empty_like(order)
        rank[order] = torch.arange(len(order), device=order.device)
        return _best_first(rank, first[rows], second[rows]).nonzero().flatten()

    def _may_overlap(
        self,
        spans: Spans,
        labels: Int[Tensor, " m"],
        first: Int[Tensor, " q"],
        second: Int[Tensor, " q"],
    ) -> Bool[Tensor, " q"]:
        """Whether pairs of overlapping mentions may both be kept."""
        if self.overlap == "flat":
            return torch.zeros_like(first, dtype=torch.bool)
        start, end = spans.start, spans.end
        is_outer = (start[first] <= start[second]) & (end[second] <= end[first])
        is_inner = (start[second] <= start[first]) & (end[first] <= end[second])
        if self.overlap == "nested":
            return is_outer | is_inner
        allowed = self._allowed.to(labels.device)
        first_label, second_label = labels[first], labels[second]
        if allowed.shape[1] == 1:  # labels are not known
            first_label, second_label = torch.zeros_like(first), torch.zeros_like(second)
        equal = allowed[0, first_label, second_label]
        inner = allowed[1, first_label, second_label]
        outer = allowed[1, second_label, first_label]
        crossing = allowed[2, first_label, second_label]
        nested = torch.where(is_inner, inner, torch.where(is_outer, outer, crossing))
        return torch.where(is_outer & is_inner, equal, nested)


def _best_first(
    rank: Int[Tensor, " m"], first: Int[Tensor, " q"], second: Int[Tensor, " q"]
) -> Bool[Tensor, " m"]:
    """True where a mention is kept, taken in the order of rank.

    Each round keeps the mentions that come before all undecided mentions they conflict with, and
    drops the mentions that conflict with these. Independent chains of conflicts are resolved in
    the same rounds.

    Args:
        rank: Position of each mention in the order, from 0.
        first: Mentions of conflicting pairs; each pair is there in both directions.
        second: The other mention of each pair.
    """
    is_kept = torch.zeros_like(rank, dtype=torch.bool)
    undecided = torch.ones_like(is_kept)
    while bool(undecided.any()):
        rival_rank = torch.where(undecided[second], rank[second], len(rank))
        best_rival = torch.full_like(rank, len(rank)).scatter_reduce(0, first, rival_rank, "amin")
        chosen = undecided & (rank < best_rival)
        is_kept |= chosen
        is_dropped = torch.zeros_like(is_kept)
        is_dropped[second[chosen[first]]] = True
        undecided = undecided & ~chosen & ~is_dropped
    return is_kept
