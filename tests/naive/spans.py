"""Spans by the paper's own arithmetic (SINET §2, §3.5, §3.7): loops and masks over positions."""

import torch
from torch import Tensor, nn

from jointre.positions import Positions, Ranges, Role


def enumerate_all(lengths: list[int], max_width: int) -> list[tuple[int, int, int]]:
    """(unit, start, end): width in the outer loop, start in the inner one."""
    return [
        (unit, start, start + width)
        for unit, length in enumerate(lengths)
        for width in range(1, max_width + 1)
        for start in range(length - width + 1)
    ]


def pool(states: Tensor, ranges: Ranges, how: str) -> Tensor:
    """A mask over all positions for each range; zeros where it is empty."""
    rows = []
    triples = zip(ranges.unit.tolist(), ranges.start.tolist(), ranges.end.tolist(), strict=True)
    for unit, start, end in triples:
        mask = torch.zeros(states.shape[1], dtype=torch.bool)
        for position in range(start, end):
            mask[position] = True
        rows.append(pool_mask(states[unit], mask, how))
    return torch.stack(rows) if rows else states.new_zeros(0, states.shape[2])


def endpoints(output: nn.Linear, states: Tensor, ranges: Ranges) -> Tensor:
    """W [first; last; maximum] + b of each range; zeros where it is empty."""
    rows = []
    triples = zip(ranges.unit.tolist(), ranges.start.tolist(), ranges.end.tolist(), strict=True)
    for unit, start, end in triples:
        if start >= end:
            rows.append(states.new_zeros(len(output.bias)))
            continue
        inside = states[unit, start:end]
        features = torch.cat([inside[0], inside[-1], inside.max(0).values])
        rows.append(output.weight @ features + output.bias)
    return torch.stack(rows)


def pool_mask(states: Tensor, mask: Tensor, how: str) -> Tensor:
    """Pool the masked positions of one unit, ``[t, d]`` and ``[t]`` → ``[d]``."""
    if not mask.any():
        return states.new_zeros(states.shape[1])
    if how == "max":
        return states.masked_fill(~mask[:, None], -1e30).max(0).values
    total = (states * mask[:, None]).sum(0)
    return total / mask.sum() if how == "mean" else total


def distance_row(head: tuple[int, int], tail: tuple[int, int]) -> int:
    """The bucket of the words between two spans, 7 more if the head begins after the tail."""
    words = max(head[0], tail[0]) - min(head[1], tail[1])
    buckets = [range(1), range(1, 2), range(2, 3), range(3, 5), range(5, 8), range(8, 16)]
    bucket = next((n for n, bucket in enumerate(buckets) if max(0, words) in bucket), 6)
    return bucket + 7 * (head[0] > tail[0])


def span_mask(positions: Positions, unit: int, start: int, end: int) -> Tensor:
    """True on the pieces of the words [start, end)."""
    mask = torch.zeros(positions.roles.shape[1], dtype=torch.bool)
    for word in range(start, end):
        first, last = positions.words[unit, word].tolist()
        mask[first:last] = True
    return mask


def gap_mask(one: Tensor, other: Tensor) -> Tensor:
    """True between two span masks; nowhere when they touch, overlap or nest."""
    first, second = one.nonzero().flatten(), other.nonzero().flatten()
    mask = torch.zeros_like(one)
    if int(first[-1]) < int(second[0]):
        mask[int(first[-1]) + 1 : int(second[0])] = True
    elif int(second[-1]) < int(first[0]):
        mask[int(second[-1]) + 1 : int(first[0])] = True
    return mask


def pairs(groups: list[int]) -> list[tuple[int, int]]:
    """Ordered pairs of different rows of one group, row-major."""
    return [
        (head, tail)
        for head in range(len(groups))
        for tail in range(len(groups))
        if head != tail and groups[head] == groups[tail]
    ]


def word_positions(positions: Positions, unit: int) -> Tensor:
    """True on the pieces of words."""
    return positions.roles[unit] == Role.WORD
