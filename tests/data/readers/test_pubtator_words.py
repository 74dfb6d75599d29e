from hypothesis import given
from hypothesis import strategies as st

from jointre.data.readers.pubtator_words import covered, cut_at, words_between
from jointre.data.schema import Span
from jointre.data.words import Words, words_of

TEXTS = st.text(alphabet="ab. -(\u00a0é", max_size=20)


def test_no_sentence_goes_from_the_title_into_the_abstract() -> None:
    assert words_between("A title", "goes on. (And on.)") == Words(
        ("A", "title", "goes", "on", ".", "(", "And", "on", ".", ")"),
        tuple(
            (start, start + size)
            for start, size in [
                (0, 1),
                (2, 5),
                (8, 4),
                (13, 2),
                (15, 1),
                (17, 1),
                (18, 3),
                (22, 2),
                (24, 1),
                (25, 1),
            ]
        ),
        (Span(0, 2), Span(2, 5), Span(5, 10)),
    )
    assert words_between("", "") == Words((), (), ())


def test_words_are_cut_where_a_border_lies_inside() -> None:
    words = Words(("NaCl", "K"), ((1, 5), (6, 7)), (Span(0, 1), Span(1, 2)))
    assert cut_at([0, 1, 3, 5, 6, 7, 9, 3], words) == Words(
        ("Na", "Cl", "K"), ((1, 3), (3, 5), (6, 7)), (Span(0, 2), Span(2, 3))
    )


@given(TEXTS, TEXTS, st.sets(st.integers(0, 41), max_size=6))
def test_cutting_keeps_every_character(title: str, abstract: str, borders: set[int]) -> None:
    text = f"{title} {abstract}"
    words = words_between(title, abstract)
    parts = cut_at(borders, words)
    assert [text[left:right] for left, right in parts.offsets] == list(parts.tokens)
    assert "".join(parts.tokens) == "".join(words.tokens)
    assert not any(left < edge < right for left, right in parts.offsets for edge in borders)
    for before, after in zip(words.sentences, parts.sentences, strict=True):
        assert words.offsets[before.start][0] == parts.offsets[after.start][0]
        assert words.offsets[before.end - 1][1] == parts.offsets[after.end - 1][1]


@given(TEXTS, st.integers(0, 20), st.integers(1, 10))
def test_covered_words_are_those_that_share_a_character(text: str, start: int, size: int) -> None:
    offsets = words_of(text).offsets
    shared = [
        index
        for index, (left, right) in enumerate(offsets)
        if set(range(left, right)) & set(range(start, start + size))
    ]
    expected = Span(shared[0], shared[-1] + 1) if shared else None
    assert covered(start, start + size, offsets) == expected
