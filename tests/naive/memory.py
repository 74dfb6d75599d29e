"""Memory flow and read, and pooling of groups, by the specification's loops (memory §3.4, §3.9)."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from jointre.nn.refiners import MemoryFlow, MemoryRead
from jointre.nn.refiners.memory import Memory


def score(memory: Memory, row: Tensor, slot: Tensor) -> Tensor:
    """x W m, x m, or their cosine."""
    if isinstance(memory.key, torch.nn.Linear):
        return memory.scale * (row @ memory.key.weight @ slot)
    if memory.cosine:
        lengths = row.norm().clamp(min=1e-8) * slot.norm().clamp(min=1e-8)
        return memory.scale * (row @ slot) / lengths
    return memory.scale * (row @ slot)


def scores(memory: Memory, rows: Tensor, slots: Tensor) -> Tensor:
    """Of each row and slot."""
    return torch.stack([torch.stack([score(memory, row, slot) for slot in slots]) for row in rows])


def units_of(segment: Sequence[int]) -> list[list[int]]:
    """The rows of each unit."""
    return [[i for i, own in enumerate(segment) if own == unit] for unit in sorted(set(segment))]


def gains(memory: Memory, rows: Tensor, slots: Tensor) -> Tensor:
    """What all slots together give to each row of one unit."""
    table = scores(memory, rows, slots)
    return sum((table[:, slot].softmax(0) for slot in range(len(slots))), torch.zeros(len(rows)))


def flow(
    module: MemoryFlow, rows: Tensor, segment: Sequence[int], prototypes: Mapping[str, Tensor]
) -> Tensor:
    """Rows scaled by their gains, unit after unit."""
    found = []
    for unit in units_of(segment):
        own = rows[unit]
        terms = [own]
        for task, memory in module.memories.items():
            gain = gains(memory, own, prototypes[task])  # type: ignore[arg-type]
            if module.fusion == "mean_unit":
                gain = gain / gain.mean()
            terms.append(torch.stack([g * row for g, row in zip(gain, own, strict=True)]))
        total = sum(terms[1:], terms[0])
        found.append(total if module.fusion == "residual" else total / len(terms))
    return torch.cat(found)


def read(module: MemoryRead, rows: Tensor, prototypes: Mapping[str, Tensor]) -> Tensor:
    """A row beside what it reads from each memory, through the Linear over all of it."""
    found = []
    for row in rows:
        parts = [row]
        for task, memory in module.memories.items():
            slots = prototypes[task]
            attention = scores(memory, row[None], slots)[0].softmax(0)  # type: ignore[arg-type]
            parts.append(sum((a * m for a, m in zip(attention, slots, strict=True)), 0 * slots[0]))
        found.append(module.mix(torch.cat(parts)))
    return torch.stack(found)


def pool(rows: Tensor, group: Sequence[int], num_groups: int, how: str) -> Tensor:
    """One row a group; zeros for an empty one."""
    found = []
    for number in range(num_groups):
        own = [row for row, place in zip(rows, group, strict=True) if place == number]
        if not own:
            found.append(rows.new_zeros(rows.shape[1]))
        elif how == "max":
            found.append(torch.stack(own).max(0).values)
        elif how == "logsumexp":
            found.append(torch.stack(own).logsumexp(0))
        else:
            total = sum(own[1:], own[0])
            found.append(total / len(own) if how == "mean" else total)
    return torch.stack(found) if found else rows.new_zeros(0, rows.shape[1])
