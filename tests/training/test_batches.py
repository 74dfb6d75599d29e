import itertools
from collections import Counter
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from jointre.config import Factory, construct
from jointre.data.context import places_of
from jointre.data.schema import Document, Span
from jointre.data.split import split
from jointre.models.model import Item, Model, TrainingBatch, TrainingPreparer
from jointre.testing.tiny import tiny_documents, tiny_encoder, tiny_vocabulary, tiny_words
from jointre.training.batches import TrainingBatches, cuts_between, loader


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
    return [name for step in batches for name in step.documents]


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
    assert [step.batch.stages.inputs.size for step in batches] == expected


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
    first = [part[0].documents for part in parts]
    assert Counter(first[0] + first[1]) == Counter(whole[0].documents)
    assert [part[1].documents for part in parts] == [whole[1].documents] * 2


def test_the_loader_gives_the_same_with_workers(
    items: list[Item], preparer: TrainingPreparer
) -> None:
    batches = TrainingBatches(items, preparer, 2, False)
    alone, helped = list(loader(batches, 0)), list(loader(batches, 1))
    assert [step.documents for step in alone] == [step.documents for step in helped]
    assert all(same(one[0], other[0]) for one, other in zip(alone, helped, strict=True))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A model that reads documents."""
    folder = tiny_encoder(tmp_path_factory.mktemp("encoder"), tiny_words(), positions=128)
    config = {
        "type": "span",
        "context": "document",
        "encoder": {"type": "transformer", "model_name": str(folder), "stride": 8},
        "projection": "identity",
        "interaction": "none",
    }
    return construct(Factory[Model], config)(vocabulary=tiny_vocabulary())


def sentences(model: Model, sizes: Sequence[int], seed: int = 5) -> list[Item]:
    """Sentences of documents with so many sentences; documents are called A, B, …"""
    preparer = model.training_preparer(seed)
    documents = [
        Document(
            chr(ord("A") + number),
            ("London", ".") * size,
            sentences=tuple(Span(2 * i, 2 * i + 2) for i in range(size)),
        )
        for number, size in enumerate(sizes)
    ]
    units = split(documents, "sentence")
    places = places_of(documents, units)
    return [
        preparer.item(i, unit.document, place)
        for i, (unit, place) in enumerate(zip(units, places, strict=True))
    ]


def names(batches: TrainingBatches) -> list[list[str]]:
    return [step.documents for step in batches]


def test_documents_are_kept_together(reader: Model) -> None:
    """Every epoch has each sentence once, as many batches, and documents in one piece."""
    items = sentences(reader, [3, 5, 1, 4, 2, 4, 1, 3])
    batches = TrainingBatches(items, reader.training_preparer(5), 6, False)
    assert len(batches) == 4
    orders = []
    for epoch in range(8):
        batches.set_epoch(epoch)
        found = names(batches)
        orders.append(found)
        assert len(found) == 4
        assert all(1 <= len(batch) < 12 for batch in found)
        flat = [name for batch in found for name in batch]
        assert sorted(flat) == sorted(item.document.id for item in items)
        for letter in "ABCDEFGH":
            assert sum(any(name[0] == letter for name in batch) for batch in found) == 1
    assert len({str(order) for order in orders}) > 5
    batches.set_epoch(2)
    assert names(batches) == orders[2]
    again = TrainingBatches(items, reader.training_preparer(5), 6, False)
    again.set_epoch(2)
    assert names(again) == orders[2]


def test_a_batch_encodes_its_documents_once(reader: Model) -> None:
    items = sentences(reader, [3, 5, 1, 4, 2])
    batches = TrainingBatches(items, reader.training_preparer(5), 5, False)
    for batch, _, found in batches:
        assert len(batch.stages.inputs.ids) == len({name[0] for name in found})
        assert batch.stages.inputs.size == len(found)


def test_a_document_longer_than_a_batch_is_divided(reader: Model) -> None:
    items = sentences(reader, [20, 1])
    batches = TrainingBatches(items, reader.training_preparer(5), 4, True)
    assert len(batches) == 5
    assert all(3 <= len(batch) <= 6 for batch in names(batches))
    assert sum(map(len, names(batches))) == 21  # none is dropped


def test_ranks_share_documents(reader: Model) -> None:
    items = sentences(reader, [3, 5, 1, 4, 2])
    preparer = reader.training_preparer(5)
    whole = TrainingBatches(items, preparer, 5, False)
    parts = [TrainingBatches(items, preparer, 5, False, rank, 2) for rank in range(2)]
    for number, batch in enumerate(names(whole)):
        shares = [part[number].documents for part in parts]
        if len(batch) == 1:
            assert shares == [batch, batch]
        else:
            assert shares[0] + shares[1] == batch
            assert abs(len(shares[0]) - len(shares[1])) <= 1


@given(st.lists(st.integers(1, 20), min_size=1, max_size=12), st.integers(1, 9), st.booleans())
def test_cuts(sizes: list[int], batch_size: int, drop_last: bool) -> None:
    """No batch is empty or twice too large; a group that fits a batch is divided by no cut."""
    total = sum(sizes)
    count = max(1, total // batch_size) if drop_last else -(-total // batch_size)
    cuts = cuts_between(sizes, count)
    assert (cuts[0], cuts[-1], len(cuts)) == (0, total, count + 1)
    widths = [high - low for low, high in itertools.pairwise(cuts)]
    assert min(widths) >= 1
    assert max(widths) <= 2 * total / count
    borders = set(itertools.accumulate(sizes, initial=0))
    for cut in set(cuts) - borders:
        size = next(
            s for s, end in zip(sizes, itertools.accumulate(sizes), strict=True) if end > cut
        )
        assert size >= total / count


def test_cuts_by_hand() -> None:
    assert cuts_between([5, 3, 8, 2], 5) == [0, 5, 8, 11, 16, 18]
    assert cuts_between([2, 2, 2], 3) == [0, 2, 4, 6]
    assert cuts_between([1] * 6, 2) == [0, 3, 6]
    assert cuts_between([12], 3) == [0, 4, 8, 12]
