"""Layout, Ranges, Spans and Cells: what each position is, and where spans and cells lie."""

import torch

from jointre.positions import Cells, Positions, Role, Spans

LAYOUT = Positions(
    torch.tensor([[2, 1, 1, 1, 1, 3], [2, 1, 3, 0, 0, 0]]),
    torch.tensor([[[1, 2], [2, 4], [4, 5]], [[1, 2], [0, 0], [0, 0]]]),
)
SPANS = Spans(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 0]), torch.tensor([2, 3, 1]))


def test_roles() -> None:
    assert [role.value for role in Role] == [0, 1, 2, 3]
    assert LAYOUT.is_word.tolist() == [
        [False, True, True, True, True, False],
        [False, True, False, False, False, False],
    ]


def test_lengths() -> None:
    assert LAYOUT.lengths.tolist() == [3, 1]
    empty = Positions(torch.tensor([[2, 3]]), torch.zeros(1, 0, 2, dtype=torch.long))
    assert empty.lengths.tolist() == [0]


def test_first_word_without_special_tokens_counts() -> None:
    """Its interval is [0, n): the end tells it from a missing word."""
    positions = Positions(torch.tensor([[1, 1]]), torch.tensor([[[0, 2], [0, 0]]]))
    assert positions.lengths.tolist() == [1]


def test_spans_in_positions() -> None:
    ranges = SPANS.ranges(LAYOUT)
    rows = torch.stack([ranges.unit, ranges.start, ranges.end], 1)
    assert rows.tolist() == [[0, 1, 4], [0, 2, 5], [1, 1, 2]]


def test_width_is_in_words() -> None:
    assert SPANS.width.tolist() == [2, 2, 1]
    assert len(SPANS) == 3


def rows_of(cells: Cells) -> list[list[int]]:
    return torch.stack([cells.unit, cells.row, cells.column], 1).tolist()


def test_cells_of_spans_are_first_positions() -> None:
    """Of the first and of the last word: the second word starts at position 2, the third at 4."""
    cells = SPANS.cells(LAYOUT)
    assert rows_of(cells) == [[0, 1, 2], [0, 2, 4], [1, 1, 1]]
    assert len(cells) == 3
    assert len(SPANS[:0].cells(LAYOUT)) == 0


def test_some_cells() -> None:
    cells = SPANS.cells(LAYOUT)
    assert rows_of(cells[1:]) == [[0, 2, 4], [1, 1, 1]]
    assert rows_of(cells[torch.tensor([2, 0])]) == [[1, 1, 1], [0, 1, 2]]
    assert rows_of(cells[:0]) == []


def test_some_of_them() -> None:
    assert LAYOUT[1:].roles.tolist() == [[2, 1, 3, 0, 0, 0]]
    assert LAYOUT[1:].lengths.tolist() == [1]
    assert SPANS[torch.tensor([2, 0])].unit.tolist() == [1, 0]
    assert SPANS[:1].end.tolist() == [2]
    assert len(SPANS[:0].ranges(LAYOUT).unit) == 0


def test_another_device() -> None:
    meta = torch.device("meta")
    assert LAYOUT.to(meta).words.device == LAYOUT.to(meta).roles.device == meta
    assert {field.device for field in (SPANS.to(meta).unit, SPANS.to(meta).end)} == {meta}
