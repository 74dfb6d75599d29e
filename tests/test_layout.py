"""Roles, words and spans of a batch by hand: two units, one of them padded."""

import pytest
import torch

from jointre.layout import Layout, Role, Spans

P, W, C, S = (int(role) for role in (Role.PAD, Role.WORD, Role.SUMMARY, Role.SPECIAL))


@pytest.fixture
def layout() -> Layout:
    """[CLS] three words of 1, 2 and 1 pieces [SEP]; [CLS] one word of 1 piece [SEP] padding."""
    return Layout(
        torch.tensor([[C, W, W, W, W, S], [C, W, S, P, P, P]]),
        torch.tensor([[[1, 2], [2, 4], [4, 5]], [[1, 2], [0, 0], [0, 0]]]),
    )


def test_words_and_lengths(layout: Layout) -> None:
    assert layout.is_word.tolist() == [
        [False, True, True, True, True, False],
        [False, True, False, False, False, False],
    ]
    assert layout.lengths.tolist() == [3, 1]


def test_padding_is_zero_so_that_fresh_tensors_are_padding() -> None:
    assert Role.PAD == 0


def test_spans_cover_the_positions_of_their_words(layout: Layout) -> None:
    spans = Spans(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 0]), torch.tensor([2, 3, 1]))
    assert len(spans) == 3
    assert spans.width.tolist() == [2, 2, 1]
    ranges = spans.ranges(layout)
    assert ranges.unit.tolist() == [0, 0, 1]
    assert ranges.start.tolist() == [1, 2, 1]
    assert ranges.end.tolist() == [4, 5, 2]


def test_some_units_and_some_spans(layout: Layout) -> None:
    second = layout[1:2]
    assert second.roles.tolist() == [[C, W, S, P, P, P]]
    assert second.lengths.tolist() == [1]
    spans = Spans(torch.tensor([0, 0]), torch.tensor([0, 1]), torch.tensor([1, 3]))
    assert spans[torch.tensor([1])].width.tolist() == [2]
    assert spans[0:1].end.tolist() == [1]


def test_moving_keeps_the_content(layout: Layout) -> None:
    device = torch.device("meta")
    spans = Spans(*(torch.tensor([0]) for _ in range(3)))
    assert layout.to(device).roles.device == device
    assert layout.to(device).words.shape == layout.words.shape
    assert {each.device for each in (spans.to(device).unit, spans.to(device).end)} == {device}
    assert layout.to(torch.device("cpu")).roles.tolist() == layout.roles.tolist()
