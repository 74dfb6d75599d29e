import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.data.schema import Span
from jointre.formats.triples.alignment import Finder, Places, closest, fold, split_words
from tests.data.documents import TYPES_ARE_SAMPLED, spans

pytestmark = TYPES_ARE_SAMPLED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b", ("a", "b")),
        ("", ()),
        ("  a  b\t\r\n", ("a", "b")),
        ("Ã\xa0 b\u2009c\x85", ("Ã\xa0", "b\u2009c\x85")),
    ],
)
def test_words_are_parted_by_ascii_blanks_alone(text: str, words: tuple[str, ...]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize(
    ("sentence", "name", "found"),
    [
        ("she saw New York and New York", "New York", [(2, 4), (5, 7)]),
        ("a a a", "a a", [(0, 2), (1, 3)]),
        ("Yorkshire is no York", "York", [(3, 4)]),
        ("anti-war art", "war", []),
        ("Rome", "", []),
        ("", "Rome", []),
        ("a b", "a b c", []),
        ("NewYork New York", "New York", [(1, 3)]),
    ],
)
def test_names_are_found_as_token_sequences(
    sentence: str, name: str, found: list[tuple[int, int]]
) -> None:
    places = Finder(sentence.split()).find(name)
    assert places.spans == tuple(Span(*pair) for pair in found)
    assert places.way == ("exact" if found else "glued")


@pytest.mark.parametrize(
    ("sentence", "name", "found"),
    [
        ("to Medellin by air", "Medellín", [(1, 2)]),
        ("to Medellín by air", "Medellin", [(1, 2)]),
        ("Ame\u0301lie left", "Amélie", [(0, 1)]),
        ("in Lodz", "Łódź", [(1, 2)]),
        ("O\u2019Neill \u2013 Smith", "O'Neill - Smith", [(0, 3)]),
    ],
)
def test_accents_may_be_lost_on_either_side(
    sentence: str, name: str, found: list[tuple[int, int]]
) -> None:
    assert Finder(sentence.split()).find(name) == Places(
        tuple(Span(*pair) for pair in found), "folded"
    )


@pytest.mark.parametrize(
    ("sentence", "name", "found"),
    [
        ("born in Rome, Italy", "Rome", [(2, 3)]),
        ("born in (Rome , Italy)", "Rome , Italy", [(2, 5)]),
        ("born in Rome, Italy", "Rome , Italy", [(2, 4)]),
        ("a B.S . in it", "B.S.", [(1, 3)]),
        ("a B.S in it", "B.S.", [(1, 2)]),
        ("the Hartford - Brainard line", "Hartford-Brainard", [(1, 4)]),
        ("in Medellin, at last", "Medellín", [(1, 2)]),
        ("Rome, Rome.", "Rome", [(0, 1), (1, 2)]),
        ("Yorkshire, Newyork", "York", []),
        ("B.S is a degree", "S", []),
        ("only, words", "...", []),
        ("Us all", "US", []),
        ("\u0301 Rome, it", "Rome", [(1, 2)]),
        ("Rome, \u0301", "Rome", [(0, 1)]),
    ],
)
def test_punctuation_may_be_glued_to_words(
    sentence: str, name: str, found: list[tuple[int, int]]
) -> None:
    assert Finder(sentence.split()).find(name) == Places(
        tuple(Span(*pair) for pair in found), "glued"
    )


@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=8), st.data())
def test_every_place_of_a_sequence_is_found(tokens: list[str], data: st.DataObject) -> None:
    span = data.draw(spans(len(tokens)))
    words = tokens[slice(*span)]
    places = Finder(tokens).find(" ".join(words))
    assert places.way == "exact"
    assert span in places.spans
    assert list(places.spans) == sorted(set(places.spans))
    assert all(tokens[slice(*place)] == words for place in places.spans)


@given(st.lists(st.text("ab.,é ", max_size=4), max_size=6), st.text("ab.,e ", max_size=6))
def test_what_is_found_has_the_letters_of_the_name(tokens: list[str], name: str) -> None:
    def letters(text: str) -> str:
        return "".join(char for char in fold(text) if char.isalnum())

    places = Finder(tokens).find(name)
    for start, end in places.spans:
        assert 0 <= start < end <= len(tokens)
        assert letters("".join(tokens[start:end])) == letters(name)


@pytest.mark.parametrize(
    ("heads", "tails", "pair"),
    [
        ([(0, 1), (6, 7)], [(4, 5)], ((6, 7), (4, 5))),
        ([(0, 1), (4, 5)], [(2, 3)], ((0, 1), (2, 3))),  # a tie: the first
        ([(0, 3)], [(0, 2), (5, 7)], ((0, 3), (5, 7))),  # inside the other: last
        ([(0, 3)], [(0, 2), (2, 3)], ((0, 3), (0, 2))),  # nothing but overlaps: the first
    ],
)
def test_the_closest_pair(
    heads: list[tuple[int, int]],
    tails: list[tuple[int, int]],
    pair: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    found = closest([Span(*span) for span in heads], [Span(*span) for span in tails])
    assert found == pair


@given(st.lists(spans(9), min_size=1, max_size=4), st.lists(spans(9), min_size=1, max_size=4))
def test_inverse_relations_take_the_same_pair(heads: list[Span], tails: list[Span]) -> None:
    head, tail = closest(heads, tails)
    assert head in heads
    assert tail in tails
    assert set(closest(tails, heads)) == {head, tail}
    assert closest(heads[::-1], tails[::-1]) == (head, tail) or set(heads) & set(tails)


def test_fold_leaves_case_and_digits() -> None:
    assert fold("Ünit No. ２") == "Unit No. 2"
