"""The interface, and the layout over words."""

from jointre.nn.word_poolers import WordPooler
from jointre.nn.word_poolers.word_pooler import word_layout
from jointre.testing.contracts.inputs import layout_of


def test_interface() -> None:
    assert WordPooler.given == ()
    assert {"first", "max"} <= set(WordPooler.names())


def test_word_layout() -> None:
    layout = word_layout(layout_of([1, 0]))
    assert layout.roles.tolist() == [[1, 0, 0], [1, 1, 1]]
    assert layout.words.tolist() == [[[0, 1], [0, 0], [0, 0]], [[0, 1], [1, 2], [2, 3]]]
    assert layout.lengths.tolist() == [1, 3]
