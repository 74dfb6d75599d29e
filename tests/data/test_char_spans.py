import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.data.char_spans import CharSpan, WordRules, chars_of, covered, cut_at, fit
from jointre.data.schema import Span
from jointre.data.skipped import SkippedData
from jointre.data.words import Words, words_of
from jointre.errors import DataError

TEXTS = st.text(alphabet="ab. -(\u00a0é", max_size=20)
ODD = st.text(alphabet="aB.\n \u00a0e\u0301\u200d\u200b🎉👩🏽中", max_size=20)
PLACE = "f.jsonl:1"


def spans(*pairs: tuple[int, int]) -> list[CharSpan]:
    return [CharSpan(*pair, f"{PLACE}, {index}") for index, pair in enumerate(pairs)]


def test_mentions_are_whole_words_even_inside_a_word() -> None:
    skipped = SkippedData()
    text = "NaCl melts. 🎉Ada left"
    words, found = fit(text, spans((0, 2), (2, 4), (0, 4), (13, 16)), skipped, PLACE)
    assert words.tokens == ("Na", "Cl", "melts", ".", "🎉", "Ada", "left")
    assert [text[left:right] for left, right in words.offsets] == list(words.tokens)
    assert words.sentences == (Span(0, 4), Span(4, 7))
    assert found == (Span(0, 1), Span(1, 2), Span(0, 2), Span(5, 6))
    assert skipped.lines()[0].startswith("1 word split where a mention begins or ends; first")


def test_white_space_is_no_part_of_a_mention() -> None:
    skipped = SkippedData()
    words, found = fit(" Ada  left", spans((0, 5), (4, 6), (1, 1), (2, 2), (0, 0)), skipped, PLACE)
    assert words.tokens == ("Ada", "left")
    assert found == (Span(0, 1), None, None, None, None)
    assert skipped["mentions with outer spaces narrowed to their words"] == 1
    assert skipped["mentions without a word skipped"] == 4


def test_words_of_the_file_stay_but_for_cuts() -> None:
    given_words = Words(("a-b", "c"), ((0, 3), (4, 5)), (Span(0, 2),))
    words, found = fit("a-b c", spans((2, 5)), SkippedData(), PLACE, given_words)
    assert words == Words(("a-", "b", "c"), ((0, 2), (2, 3), (4, 5)), (Span(0, 3),))
    assert found == (Span(1, 3),)


def test_the_language_decides_the_words() -> None:
    assert fit("l'eau", [], SkippedData(), PLACE, rules=WordRules("fr")).words.tokens == (
        "l'",
        "eau",
    )


@pytest.mark.parametrize("pair", [(-1, 2), (2, 1), (0, 6), (6, 6)])
def test_offsets_outside_the_text_are_refused(pair: tuple[int, int]) -> None:
    with pytest.raises(DataError, match=r"f\.jsonl:1, 0: \[.*\) is not part of the text of 5 "):
        fit("Ada .", spans(pair), SkippedData(), PLACE)


@given(ODD, st.data())
def test_no_mention_gets_another_text(text: str, data: st.DataObject) -> None:
    edges = st.lists(st.integers(0, len(text)), min_size=2, max_size=2).map(sorted).map(tuple)
    pairs = data.draw(st.lists(edges, max_size=6))
    skipped = SkippedData()
    words, found = fit(text, spans(*pairs), skipped, PLACE)
    assert [text[left:right] for left, right in words.offsets] == list(words.tokens)
    assert "".join(words.tokens) == "".join(text.split())
    for (start, end), span in zip(pairs, found, strict=True):
        asked = text[start:end]
        got = "" if span is None else text[slice(*chars_of(span, words.offsets))]
        assert got == asked.strip()
        if span is not None and asked == asked.strip():
            assert chars_of(span, words.offsets) == (start, end)
    assert skipped["mentions without a word skipped"] == found.count(None)


def test_words_are_cut_where_a_border_lies_inside() -> None:
    words = Words(("NaCl", "K"), ((1, 5), (6, 7)), (Span(0, 1), Span(1, 2)))
    assert cut_at([0, 1, 3, 5, 6, 7, 9, 3], words) == Words(
        ("Na", "Cl", "K"), ((1, 3), (3, 5), (6, 7)), (Span(0, 2), Span(2, 3))
    )


@given(TEXTS, st.sets(st.integers(0, 41), max_size=6))
def test_cutting_keeps_every_character(text: str, borders: set[int]) -> None:
    words = words_of(text)
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
