"""Training batches: every epoch's order and candidates are functions of seed and epoch."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from torch.utils.data import DataLoader, Dataset

from jointre.models.model import Item, TrainingBatch, TrainingPreparer

Step = tuple[TrainingBatch, list[str]]
"""A batch to train on, and the ids of its documents."""

ORDER = 2**32  # a stream of random numbers apart from those of the units' sampling


class TrainingBatches(Dataset[Step]):
    """The batches of an epoch, with the ids of their documents.

    Args:
        items: Tokenised training units.
        preparer: Samples candidates and collates units.
        batch_size: Number of units per batch.
        drop_last: Skip the incomplete last batch.
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
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Shuffle for an epoch."""
        self.epoch = epoch
        rng = np.random.default_rng((self.preparer.seed, ORDER, epoch))
        self.order = rng.permutation(len(self.items))

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, number: int) -> Step:
        """A batch of the epoch."""
        chosen = self.order[number * self.batch_size : (number + 1) * self.batch_size]
        share = chosen[self.rank :: self.world] if len(chosen) >= self.world else chosen
        items = [self.items[i] for i in share]
        return self.preparer(items, self.epoch), [item.document.id for item in items]

    def __iter__(self) -> Iterator[Step]:
        return (self[number] for number in range(self.size))


def loader(batches: TrainingBatches, workers: int) -> DataLoader[Step]:
    """A loader of the batches in their order."""
    return DataLoader(
        batches, batch_size=None, shuffle=False, num_workers=workers, collate_fn=as_it_is
    )


def as_it_is(batch: Any) -> Any:
    """The batch; torch's default would make its tuple a list."""
    return batch
