from itertools import pairwise

import pytest

from jointre.data.schema import Document, Entity, Span
from jointre.display.lines import LABEL_FONT, arrange
from jointre.display.measure import width
from tests.display.scenes import crowd, hostile, plain


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("limit", [50.0, 300.0, 900.0])
def test_nothing_overlaps(seed: int, limit: float) -> None:
    lines = arrange(crowd(seed), limit)
    for before, after in pairwise(lines.words):
        assert after.line > before.line or after.left > before.right
    chips = sorted(lines.chips, key=lambda chip: (chip.line, chip.layer, chip.left))
    for before, after in pairwise(chips):
        same = (before.line, before.layer) == (after.line, after.layer)
        assert not same or before.right < after.left
    assert all(word.right <= lines.width for word in lines.words)
    assert {word.line for word in lines.words} == set(range(lines.count))


@pytest.mark.parametrize("seed", range(8))
def test_a_whole_chip_holds_its_label_and_its_ends(seed: int) -> None:
    lines = arrange(crowd(seed), 1e9)
    assert len(lines.chips) == len(lines.marks)
    for chip, mark in zip(lines.chips, lines.marks, strict=True):
        size = chip.right - chip.left
        assert size >= width(mark.text, LABEL_FONT).size + 9.9
        assert size >= 8 * (mark.ends + 1) - 0.1


def test_a_sentence_begins_a_line() -> None:
    sentences = (Span(0, 9), Span(9, 9), Span(9, 20))
    document = Document("d", ("word",) * 20, sentences=sentences)
    assert [word.line for word in arrange(document).words] == [0] * 9 + [1] * 11


def test_lines_are_full_but_not_longer() -> None:
    lines = arrange(Document("d", ("word",) * 100), 300.0)
    assert 250 < lines.width <= 300
    assert lines.count == 15


def test_mentions_stay_together_where_they_fit() -> None:
    short, long = (Entity("X", (Span(*span),)) for span in ((5, 9), (5, 35)))
    one, other = (
        arrange(Document("d", ("word",) * 40, entities=(entity,)), 300.0)
        for entity in (short, long)
    )
    assert [word.line for word in one.words[:12]] == [0] * 5 + [1] * 7
    assert [chip.line for chip in one.chips] == [1]
    assert [chip.line for chip in other.chips] == [0, 1, 2, 3, 4]


def test_words_stand_as_close_as_in_the_text() -> None:
    words = arrange(plain()).words
    assert words[-1].left - words[-2].right == 1
    assert words[2].left - words[1].right == 5


def test_empty_and_hostile_documents_have_a_layout() -> None:
    empty = arrange(Document("d", ()))
    assert (empty.words, empty.count, empty.width) == ((), 0, 0)
    assert arrange(hostile()).width < 1500
