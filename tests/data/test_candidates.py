"""Candidates of units become packed rows of a batch."""

from dataclasses import fields
from typing import Any

import numpy as np
import torch

from jointre.data.batch import Batch
from jointre.data.candidates import Candidates, attach
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
