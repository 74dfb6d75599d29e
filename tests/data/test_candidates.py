"""Candidates of units become packed rows of a batch."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch

from jointre.data.batch import Batch
from jointre.data.candidates import Candidates, attach, given_entities
from jointre.data.schema import Document, Entity, Span
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError
from jointre.layout import Layout


def bare(units: int) -> Batch:
    ids = torch.zeros(units, 2, dtype=torch.long)
    return Batch(ids, ids == 0, None, Layout(ids, torch.zeros(units, 1, 2, dtype=torch.long)))


def array(rows: Any, width: int | None = None) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(rows, np.int64).reshape((-1, width) if width else (-1,))


FIRST = Candidates(
    array([[0, 1], [0, 2], [1, 2]], 2),
    array([1, 0, 2]),
    array([0, 2]),
    array([3, -1]),
    array([[0, 1], [1, 0]], 2),
    np.eye(2, dtype=np.float32),
)
NONE = Candidates(
    array([], 2), array([]), array([]), array([]), array([], 2), np.zeros((0, 2), np.float32)
)
LAST = Candidates(
    array([[4, 6], [5, 6]], 2),
    array([1, 1]),
    array([1, 0]),
    array([0, 1]),
    array([[1, 0]], 2),
    np.ones((1, 2), np.float32),
)


def test_rows_are_moved_by_those_before() -> None:
    batch = attach(bare(3), [FIRST, NONE, LAST])
    assert batch.spans is not None
    spans = torch.stack([batch.spans.unit, batch.spans.start, batch.spans.end], 1)
    assert spans.tolist() == [[0, 0, 1], [0, 0, 2], [0, 1, 2], [2, 4, 6], [2, 5, 6]]
    expected = {
        "entity_targets": [1, 0, 2, 1, 1],
        "kept": [0, 2, 4, 3],
        "kept_labels": [3, -1, 0, 1],
        "pairs": [[0, 1], [1, 0], [3, 2]],
        "relation_targets": [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]],
    }
    assert {name: getattr(batch, name).tolist() for name in expected} == expected


def test_no_candidates_at_all() -> None:
    batch = attach(bare(2), [NONE, NONE])
    assert batch.spans is not None
    assert len(batch.spans) == 0
    assert batch.pairs is not None
    assert batch.pairs.shape == (0, 2)
    assert batch.relation_targets is not None
    assert batch.relation_targets.shape == (0, 2)


def test_what_is_left_to_the_model_stays_none() -> None:
    batch = attach(bare(2), [Candidates(FIRST.spans), Candidates(LAST.spans)])
    for field in fields(Candidates):
        if field.name != "spans":
            assert getattr(batch, field.name) is None


VOCABULARY = Vocabulary(("Loc", "Peop"), ("Live_In",))


def test_given_entities() -> None:
    """All spans in their order, equal and nested ones too; -1 where a label is to be chosen."""
    spans = [Span(4, 5), Span(0, 2), Span(0, 2), Span(1, 2)]
    labels = ["Peop", None, "Loc", "Loc"]
    entities = tuple(Entity(name, (span,)) for name, span in zip(labels, spans, strict=True))
    found = given_entities(Document("d", tuple("abcde"), entities=entities), VOCABULARY)
    assert found.spans.tolist() == [[4, 5], [0, 2], [0, 2], [1, 2]]
    assert found.kept is not None
    assert found.kept.tolist() == [0, 1, 2, 3]
    assert found.kept_labels is not None
    assert found.kept_labels.tolist() == [1, -1, 0, 0]
    decided = found.entity_targets, found.pairs, found.relation_targets
    assert decided == (None, None, None)


def test_no_given_entities() -> None:
    """They pack like others: rows of two columns, integers."""
    none = given_entities(Document("d", ("a",)), VOCABULARY)
    assert none.spans.shape == (0, 2)
    one = given_entities(Document("e", ("a",), entities=(Entity(None, (Span(0, 1),)),)), VOCABULARY)
    batch = attach(bare(3), [none, one, none])
    assert batch.spans is not None
    assert (batch.spans.unit.tolist(), batch.spans.end.tolist()) == ([1], [1])
    assert batch.kept_labels is not None
    assert batch.kept_labels.tolist() == [-1]
    assert batch.kept_labels.dtype == batch.spans.unit.dtype == torch.long


def test_given_labels_must_be_known() -> None:
    document = Document("d7", ("a",), entities=(Entity("Ship", (Span(0, 1),)),))
    with pytest.raises(DataError) as caught:
        given_entities(document, VOCABULARY)
    assert str(caught.value) == (
        "document 'd7': the model has no entity label 'Ship'; it has Loc, Peop, "
        "or null lets it choose"
    )
