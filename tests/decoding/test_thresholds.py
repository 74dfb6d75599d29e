"""Thresholds per label, and what reaches them."""

import pytest
import torch

from jointre.decoding.thresholds import accepted, per_label
from jointre.errors import ConfigError
from jointre.nn.losses import LabelScores

LABELS = ("lives_in", "works_for")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, [None, None]),
        (0.4, [0.4, 0.4]),
        ({"works_for": 0.7}, [None, 0.7]),
        ({"default": 0.5, "works_for": 0.7}, [0.5, 0.7]),
        ({}, [None, None]),
    ],
)
def test_per_label(given: float | dict[str, float] | None, expected: list[float | None]) -> None:
    assert per_label(given, LABELS, "relation_threshold") == expected


def test_labels_must_exist() -> None:
    with pytest.raises(ConfigError) as caught:
        per_label({"work_for": 0.5}, LABELS, "relation_threshold")
    assert str(caught.value) == (
        "relation_threshold: the model has no label 'work_for'; did you mean 'works_for'? "
        "Accepted: default, lives_in, works_for"
    )


def test_labels_that_do_not_exclude_one_another() -> None:
    """Thresholds are inclusive; a label without one takes the default."""
    scores = LabelScores(torch.tensor([[0.5, 0.7], [0.49, 0.69], [0.9, 0.0]]), None, False)
    found = accepted(scores, [None, 0.7], 0.5)
    assert found.tolist() == [[True, True], [False, False], [True, False]]


def test_labels_that_exclude_one_another() -> None:
    """The most probable label, which must exceed "none" or, with a threshold, reach that."""
    table = torch.tensor([[0.5, 0.3, 0.2], [0.3, 0.3, 0.4], [0.4, 0.4, 0.2], [0.1, 0.5, 0.4]])
    scores = LabelScores(table[:, 1:], table[:, 0], True)
    found = accepted(scores, [None, None], 0.9)
    assert found.long().tolist() == [[0, 0], [0, 1], [0, 0], [1, 0]]
    found = accepted(scores, [0.6, 0.4], 0.9)
    assert found.long().tolist() == [[0, 0], [0, 1], [0, 0], [0, 0]]
    found = accepted(scores, [0.3, None], 0.9)
    assert found.long().tolist() == [[1, 0], [0, 1], [1, 0], [1, 0]]
    always = LabelScores(table, None, True)
    found = accepted(always, [None] * 3, 0.9)
    assert found.long().tolist() == [[1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]


def test_no_labels() -> None:
    empty = torch.zeros(4, 0)
    for exclusive in (True, False):
        assert accepted(LabelScores(empty, None, exclusive), [], 0.5).shape == (4, 0)
