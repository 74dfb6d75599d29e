"""Windows around sentences, by hand and against a loop over words."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.data.context import Place, places_of, single_sentences, window_around
from jointre.data.schema import Document, Span
from jointre.data.split import split
from tests.data.documents import TYPES_ARE_SAMPLED

STARTS = np.arange(21)  # twenty words of one piece each


def test_half_before_and_half_after() -> None:
    assert window_around(STARTS, 8, 12, 10) == (5, 15)
    assert window_around(STARTS, 8, 12, 11) == (5, 16)  # the odd one follows


def test_refilled_from_the_other_side() -> None:
    assert window_around(STARTS, 0, 4, 10) == (0, 10)
    assert window_around(STARTS, 1, 5, 10) == (0, 10)
    assert window_around(STARTS, 16, 20, 10) == (10, 20)
    assert window_around(STARTS, 15, 19, 10) == (10, 20)
    assert window_around(STARTS, 2, 5, 100) == (0, 20)


def test_a_sentence_that_fills_the_window_is_read_alone() -> None:
    assert window_around(STARTS, 5, 15, 10) is None
    assert window_around(STARTS, 4, 16, 10) is None


def test_words_are_not_cut() -> None:
    """Words of three pieces: of five free ones, two precede and three follow."""
    starts = np.arange(0, 31, 3)
    assert window_around(starts, 4, 6, 11) == (4, 7)
    assert window_around(starts, 4, 6, 13) == (3, 7)


@TYPES_ARE_SAMPLED
@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=20), st.integers(1, 40), st.data())
def test_window(pieces: list[int], most: int, data: st.DataObject) -> None:
    """It holds the sentence, has room for no further word on both sides, and is never longer."""
    first = data.draw(st.integers(0, len(pieces) - 1))
    last = data.draw(st.integers(first + 1, len(pieces)))
    own = sum(pieces[first:last])
    window = window_around(np.cumsum([0, *pieces]), first, last, most)
    if own >= most:
        assert window is None
        return
    assert window is not None
    low, high = window
    assert 0 <= low <= first
    assert last <= high <= len(pieces)
    used = sum(pieces[low:high])
    assert used <= most
    if high < len(pieces):
        assert used + pieces[high] > most
    longest = max(pieces)
    before, after = sum(pieces[low:first]), sum(pieces[last:high])
    if low > 0 and high < len(pieces):
        assert abs(before - after) <= 2 * longest
    if low > 0 and high == len(pieces):
        assert used > most - longest


def test_places() -> None:
    one = Document("a", ("x", "y", "z"), sentences=(Span(0, 1), Span(1, 1), Span(1, 3)))
    other = Document("b", ("u",))
    units = split([one, other], "sentence")
    places = places_of([one, other], units)
    assert places == [Place(one, 0), Place(one, 1), Place(one, 1), Place(other, 0)]
    assert all(place.document is (other if i == 3 else one) for i, place in enumerate(places))


def test_single_sentences() -> None:
    """Empty sentences hold no words that a model could read as context."""
    none = Document("a", ("x", "y"))
    single = Document("b", ("x", "y"), sentences=(Span(0, 0), Span(0, 2), Span(2, 2)))
    two = Document("c", ("x", "y"), sentences=(Span(0, 1), Span(1, 2)))
    assert single_sentences([none, single])
    assert single_sentences([])
    assert not single_sentences([none, two])
