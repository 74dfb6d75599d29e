"""Training batches: every epoch's order and candidates are functions of seed and epoch."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from torch.utils.data import DataLoader, Dataset

from jointre.models.model import Item, TrainingBatch, TrainingPreparer


class Step(NamedTuple):
    """A batch to train on, and what it was made of.

    Args:
        batch: The batch.
        units: Numbers of its units among all training units.
        documents: Ids of their documents.
    """

    batch: TrainingBatch
    units: list[int]
    documents: list[str]


ORDER = 2**32  # a stream of random numbers apart from those of the units' sampling


class TrainingBatches(Dataset[Step]):
    """The batches of an epoch.

    Sentences of one document come together where the encoder reads them together: documents are
    shuffled, and a batch ends with a document, or within one that is longer than the batch. Then
    a batch has about ``batch_size`` units, and every epoch has all units and as many batches.

    Args:
        items: Tokenised training units.
        preparer: Samples candidates and collates units.
        batch_size: Number of units per batch.
        drop_last: Skip the incomplete last batch; where documents are kept together, make one
            batch fewer instead.
        rank, world: Number of this process, and of all processes that share each batch.
    """

    def __init__(
        self,
        items: Sequence[Item],
        preparer: TrainingPreparer,
        batch_size: int,
        drop_last: bool,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self.items = items
        self.preparer = preparer
        self.batch_size = batch_size
        self.rank, self.world = rank, world
        full, remainder = divmod(len(items), batch_size)
        self.size = full + (1 if remainder and not (drop_last and full) else 0)
        groups: dict[int, list[int]] = {}
        for index, item in enumerate(items):
            key = id(item if item.view is None else item.view.stretch)
            groups.setdefault(key, []).append(index)
        self._groups = list(groups.values())
        self._together = len(self._groups) < len(items)
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Shuffle for an epoch."""
        self.epoch = epoch
        rng = np.random.default_rng((self.preparer.seed, ORDER, epoch))
        if self._together:
            groups = [self._groups[i] for i in rng.permutation(len(self._groups))]
            self.order = np.concatenate([np.array(group) for group in groups])
            self._cuts = cuts_between([len(group) for group in groups], self.size)
        else:
            self.order = rng.permutation(len(self.items))

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, number: int) -> Step:
        """A batch of the epoch."""
        if self._together:
            chosen = self.order[self._cuts[number] : self._cuts[number + 1]]
            parts = np.array_split(chosen, self.world)
        else:
            chosen = self.order[number * self.batch_size : (number + 1) * self.batch_size]
            parts = [chosen[rank :: self.world] for rank in range(self.world)]
        share = parts[self.rank] if len(chosen) >= self.world else chosen
        items = [self.items[i] for i in share]
        return Step(
            self.preparer(items, self.epoch),
            [item.number for item in items],
            [item.document.id for item in items],
        )

    def __iter__(self) -> Iterator[Step]:
        return (self[number] for number in range(self.size))


def cuts_between(sizes: Sequence[int], count: int) -> list[int]:
    """Where a sequence of groups is cut into batches of about equal size, at least one unit each.

    Cuts at equal distances are moved to the border of two groups if one is at most half a batch
    away, so that a group is divided only if it is longer than a batch.

    Args:
        sizes: Number of units of each group.
        count: Number of batches, at most the number of units.

    Returns:
        The first unit of each batch, and the number of units.
    """
    total = sum(sizes)
    # Places are counted in units of 1 / (2 * count), so that half a batch is exactly `total`: of
    # two cuts that lie equally far from a border, only one is moved to it.
    scale = 2 * count
    borders = np.concatenate([[0], np.cumsum(sizes)]) * scale
    cuts = [0]
    for number in range(1, count):
        goal = 2 * number * total
        after = int(np.searchsorted(borders, goal))
        near = [int(border) for border in borders[max(0, after - 1) : after + 1]]
        near = [border for border in near if -total < border - goal <= total]
        nearest = min(near, key=lambda border: abs(border - goal), default=None)
        cuts.append((goal + count) // scale if nearest is None else nearest // scale)
    return [*cuts, total]


def loader(batches: TrainingBatches, workers: int) -> DataLoader[Step]:
    """A loader of the batches in their order."""
    return DataLoader(
        batches, batch_size=None, shuffle=False, num_workers=workers, collate_fn=as_it_is
    )


def as_it_is(batch: Any) -> Any:
    """The batch; torch's default would make its tuple a list."""
    return batch
