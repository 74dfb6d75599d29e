"""Maxima, sums, means and log-sum-exp over groups of rows, and packed rows in padded tables."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from jointre.nn.take import take


def segment_max(
    rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
) -> Float[Tensor, "g k"]:
    """Element-wise maximum of each group's rows; zero for an empty group.

    Rows that share the maximum share its gradient.

    Args:
        rows: Rows, ordered by group.
        group: Group of each row, ascending.
        num_groups: Number of groups.
    """
    lengths = torch.bincount(group, minlength=num_groups)
    if len(rows) == 0:
        return rows.new_zeros(num_groups, rows.shape[1])
    top: Tensor = _Maximum.apply(rows, group, lengths)  # type: ignore[no-untyped-call]
    return top.masked_fill((lengths == 0)[:, None], 0.0)


class _Maximum(torch.autograd.Function):
    """Maximum by torch.segment_reduce with a correct gradient.

    torch's own gives each of several equal maxima the whole gradient where it is negative.
    """

    @staticmethod
    def forward(
        ctx: Any, rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], lengths: Int[Tensor, " g"]
    ) -> Float[Tensor, "g k"]:
        top = torch.segment_reduce(rows, "max", lengths=lengths, unsafe=True, initial=None)
        if ctx.needs_input_grad[0]:
            ctx.save_for_backward(rows == top[group], group, lengths)
        return top

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        is_maximum, group, lengths = ctx.saved_tensors
        (gradient,) = gradients
        num_maxima = torch.segment_reduce(
            is_maximum.to(gradient.dtype), "sum", lengths=lengths, unsafe=True, initial=0
        )
        return (gradient / num_maxima)[group] * is_maximum, None, None


def segment_sum(
    rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
) -> Float[Tensor, "g k"]:
    """Sum of each group's rows; zero for an empty group.

    Args:
        rows: Rows, ordered by group.
        group: Group of each row, ascending.
        num_groups: Number of groups.
    """
    lengths = torch.bincount(group, minlength=num_groups)
    if len(rows) == 0:
        return rows.new_zeros(num_groups, rows.shape[1])
    # index_add would be shorter, but on a GPU the order of its additions changes between runs.
    return torch.segment_reduce(rows, "sum", lengths=lengths, unsafe=True)


def segment_mean(
    rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
) -> Float[Tensor, "g k"]:
    """Mean of each group's rows; zero for an empty group.

    Args:
        rows: Rows, ordered by group.
        group: Group of each row, ascending.
        num_groups: Number of groups.
    """
    lengths = torch.bincount(group, minlength=num_groups).clamp(min=1)
    return segment_sum(rows, group, num_groups) / lengths[:, None]


def segment_logsumexp(
    rows: Float[Tensor, "m k"], group: Int[Tensor, " m"], num_groups: int
) -> Float[Tensor, "g k"]:
    """Logarithm of the sum of the exponentials of each group's rows; zero for an empty group.

    Args:
        rows: Rows, ordered by group.
        group: Group of each row, ascending.
        num_groups: Number of groups.
    """
    top = segment_max(rows.detach(), group, num_groups)  # so that no exponential overflows
    total = segment_sum((rows - take(top, group)).exp(), group, num_groups)
    empty = torch.bincount(group, minlength=num_groups) == 0
    return total.masked_fill(empty[:, None], 1.0).log() + top


@dataclass(frozen=True, slots=True)
class Padded:
    """Positions of packed rows in a padded table, which has one line per group.

    Shapes:
        line and column ``"m"``: position of each packed row; real ``"u l"``: True where the table
        of u groups has a row, l being the size of the largest group.
    """

    line: Int[Tensor, " m"]
    column: Int[Tensor, " m"]
    real: Bool[Tensor, "u l"]

    @classmethod
    def of(cls, group: Int[Tensor, " m"]) -> "Padded":
        """The table of rows that are ordered by group; a group without rows has no line."""
        _, line, counts = torch.unique_consecutive(group, return_inverse=True, return_counts=True)
        column = torch.arange(len(group), device=group.device) - (counts.cumsum(0) - counts)[line]
        longest = int(counts.max()) if len(counts) else 0
        columns = torch.arange(longest, device=group.device)
        return cls(line, column, columns < counts[:, None])

    @property
    def size(self) -> Int[Tensor, " m"]:
        """Number of rows of each row's group."""
        return self.real.sum(1)[self.line]

    def spread(self, rows: Float[Tensor, "m k"]) -> Float[Tensor, "u l k"]:
        """The rows in the table; zeros elsewhere."""
        table = rows.new_zeros(*self.real.shape, rows.shape[1])
        table[self.line, self.column] = rows
        return table

    def collect(self, table: Float[Tensor, "u l k"]) -> Float[Tensor, "m k"]:
        """The packed rows of a table."""
        return take(table, self.line, self.column)
