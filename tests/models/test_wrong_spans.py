"""Pairs with spans that are mentions by mistake, against loops."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from jointre.models.wrong_spans import pairs_with_wrong, wrong_spans
from jointre.positions import Spans

UNITS = st.lists(st.integers(0, 3), max_size=6).map(sorted)


@given(UNITS, UNITS)
def test_pairs_equal_a_loop(gold: list[int], wrong: list[int]) -> None:
    units = gold + wrong
    expected = [
        (head, tail)
        for head in range(len(units))
        for tail in range(len(units))
        if head != tail and units[head] == units[tail] and max(head, tail) >= len(gold)
    ]
    pairs = pairs_with_wrong(torch.tensor(gold).long(), torch.tensor(wrong).long())
    assert sorted(map(tuple, pairs.tolist())) == expected


def test_at_most_some_wrong_spans_per_unit() -> None:
    """A predicted span equal to a gold one is right, whatever its row is."""
    unit = torch.tensor([0, 0, 0, 0, 1, 1, 2])
    start = torch.tensor([0, 1, 2, 0, 0, 1, 0])
    spans = Spans(unit, start, start + 1)
    gold, predicted = torch.tensor([0, 4]), torch.tensor([1, 2, 3, 4, 5, 6])
    assert wrong_spans(spans, predicted, gold, 5).tolist() == [1, 2, 5, 6]  # 3 equals 0
    assert wrong_spans(spans, predicted, gold, 1).tolist() == [1, 5, 6]
    assert wrong_spans(spans, predicted[:0], gold, 5).tolist() == []
