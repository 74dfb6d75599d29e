from collections import Counter

import pytest
import torch

from jointre.config import Factory, construct
from jointre.models.model import Item, Model, TrainingBatch, TrainingPreparer
from jointre.testing.tiny import tiny_documents, tiny_encoder, tiny_vocabulary, tiny_words
from jointre.training.batches import TrainingBatches, loader


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tiny_encoder(tmp_path_factory.mktemp("encoder"), tiny_words())
    config = {
        "type": "span",
        "encoder": {"type": "transformer", "model_name": str(folder)},
        "projection": "identity",
        "interaction": "none",
        "sampler": {"type": "span", "entity_negatives": 3, "relation_negatives": 2},
    }
    return construct(Factory[Model], config)(vocabulary=tiny_vocabulary())


@pytest.fixture
def preparer(model: Model) -> TrainingPreparer:
    return model.training_preparer(seed=5)


@pytest.fixture
def items(preparer: TrainingPreparer) -> list[Item]:
    documents = [document for document in tiny_documents() if document.tokens]
    return [preparer.item(i, document) for i, document in enumerate(documents)]


def same(left: TrainingBatch, right: TrainingBatch) -> bool:
    return all(
        torch.equal(one, other)
        for one, other in (
            (left.stages.inputs.ids, right.stages.inputs.ids),
            (left.stages.spans.start, right.stages.spans.start),
            (left.stages.pairs, right.stages.pairs),
            (left.targets.entities, right.targets.entities),
            (left.targets.relations, right.targets.relations),
        )
        if one.shape == other.shape
    ) and len(left.stages.spans) == len(right.stages.spans)


def ids(batches: TrainingBatches) -> list[str]:
    return [name for _, names in batches for name in names]


@pytest.mark.parametrize(
    ("size", "drop_last", "expected"),
    [(2, False, [2, 2, 1]), (2, True, [2, 2]), (5, True, [5]), (8, True, [5]), (8, False, [5])],
)
def test_sizes(
    items: list[Item], preparer: TrainingPreparer, size: int, drop_last: bool, expected: list[int]
) -> None:
    """A corpus smaller than a batch is not dropped."""
    batches = TrainingBatches(items, preparer, size, drop_last)
    assert len(batches) == len(expected)
    assert [batch.stages.inputs.size for batch, _ in batches] == expected


def test_an_epoch_holds_every_unit_once_in_its_own_order(
    items: list[Item], preparer: TrainingPreparer
) -> None:
    batches = TrainingBatches(items, preparer, 2, False)
    orders = []
    for epoch in range(6):
        batches.set_epoch(epoch)
        orders.append(tuple(ids(batches)))
        assert sorted(orders[-1]) == sorted(item.document.id for item in items)
    assert len(set(orders)) > 3
    batches.set_epoch(0)
    assert tuple(ids(batches)) == orders[0]


def test_candidates_are_a_function_of_seed_and_epoch(model: Model, items: list[Item]) -> None:
    def first(seed: int, epoch: int) -> TrainingBatch:
        batches = TrainingBatches(items, model.training_preparer(seed), 5, False)
        batches.set_epoch(epoch)
        return batches[0][0]

    torch.manual_seed(0)
    one = first(5, 1)
    torch.manual_seed(99)
    assert same(first(5, 1), one)
    assert not same(first(5, 2), one)
    assert not same(first(6, 1), one)


def test_ranks_share_each_batch(items: list[Item], preparer: TrainingPreparer) -> None:
    """Together the ranks see the batch of a single process; a batch too small goes to all."""
    whole = TrainingBatches(items, preparer, 4, False)
    parts = [TrainingBatches(items, preparer, 4, False, rank, 2) for rank in range(2)]
    assert {len(part) for part in parts} == {len(whole)}
    first = [part[0][1] for part in parts]
    assert Counter(first[0] + first[1]) == Counter(whole[0][1])
    assert [part[1][1] for part in parts] == [whole[1][1]] * 2


def test_the_loader_gives_the_same_with_workers(
    items: list[Item], preparer: TrainingPreparer
) -> None:
    batches = TrainingBatches(items, preparer, 2, False)
    alone, helped = list(loader(batches, 0)), list(loader(batches, 1))
    assert [names for _, names in alone] == [names for _, names in helped]
    assert all(same(one[0], other[0]) for one, other in zip(alone, helped, strict=True))
