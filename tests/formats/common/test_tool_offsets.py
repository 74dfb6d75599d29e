import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.formats.common.tool_offsets import Claim, locate


def claim(start: int, end: int, text: str | None) -> Claim:
    return Claim(((start, end),), text)


def test_code_points_come_first() -> None:
    found = locate("a 😀 Ada", [claim(4, 7, "Ada"), claim(2, 3, "😀"), claim(0, 1, None)])
    assert found == ("code points", (((4, 7),), ((2, 3),), ((0, 1),)), ())


@pytest.mark.parametrize(
    ("claims", "counting"),
    [
        ([(7, 10, "Ada")], "code points"),
        ([(6, 9, "Ada")], "code points, line ends as one"),
        ([(8, 11, "Ada")], "UTF-16 units"),
        ([(7, 10, "Ada"), (1, 3, "😀")], "UTF-16 units, line ends as one"),
        ([(7, 10, None)], "code points"),
    ],
)
def test_the_way_in_which_most_claims_hold_is_taken(
    claims: list[tuple[int, int, str | None]], counting: str
) -> None:
    found = locate("a😀b\r\ncdAdab", [claim(*item) for item in claims])
    assert found.counting == counting
    assert found.places[0] == ((7, 10),)


def test_a_claim_that_holds_in_no_way_has_no_place() -> None:
    text = "a 😀 Ada"
    wrong = [claim(4, 7, "Bob"), claim(-3, -1, None), claim(5, 8, None), claim(3, 2, None)]
    assert locate(text, [claim(4, 7, "Ada"), *wrong]).places == (((4, 7),), None, None, None, None)
    inside = locate(text, [claim(5, 8, "Ada"), claim(6, 8, "da"), claim(3, 4, None)])
    assert inside == ("UTF-16 units", (((4, 7),), ((5, 7),), None), ())
    assert locate("", [claim(0, 1, "a")]).places == (None,)
    assert locate("", []).places == ()


def test_white_space_is_shown_in_several_ways() -> None:
    text = "New\r\nYork"
    for shown in ("New York", "New\\nYork", "New\nYork", "NewYork", " New\t York "):
        assert locate(text, [claim(0, 9, shown)]).places == (((0, 9),),)
    assert locate(text, [claim(0, 9, "New-York")]).places == (None,)


def test_a_place_may_have_parts() -> None:
    found = locate("red or green ache", [Claim(((0, 3), (13, 17)), "red ache")])
    assert found.places == (((0, 3), (13, 17)),)
    assert locate("red or green ache", [Claim(((0, 3), (13, 18)), "red ache")]).places == (None,)


CHARS = st.sampled_from(["a", "b", " ", "\r", "\n", "\r\n", "é", "😀", "\u0301"])
TEXTS = st.lists(CHARS, max_size=12).map("".join)


@given(TEXTS, st.data(), st.booleans(), st.booleans())
def test_whatever_was_counted_the_text_is_found(
    text: str, data: st.DataObject, units: bool, joins: bool
) -> None:
    def position(at: int) -> int:
        """What a tool counts before a character."""
        before = text[:at].replace("\r\n", "\n") if joins else text[:at]
        return len(before.encode("utf-16-le")) // 2 if units else len(before)

    def whole(at: int) -> bool:
        return not joins or text[max(0, at - 1) : at + 1] != "\r\n"

    border = st.integers(0, len(text)).filter(whole)
    edges = [sorted(pair) for pair in data.draw(st.lists(st.tuples(border, border), max_size=5))]
    claims = [claim(position(a), position(b), text[a:b]) for a, b in edges]
    for (a, b), place in zip(edges, locate(text, claims).places, strict=True):
        assert place is not None
        ((start, end),) = place
        assert "".join(text[start:end].split()) == "".join(text[a:b].split())


def test_small_differences_are_accepted_where_the_offsets_are_right() -> None:
    found = locate("a “Café”", [claim(2, 8, '"Cafe\u0301"'), claim(3, 7, "Tea")])
    assert found == ("code points", (((2, 8),), None), (0,))


def test_equal_texts_decide_how_a_tool_counts() -> None:
    found = locate("😀Aab", [claim(2, 3, "A"), claim(4, 5, "b")])
    assert found.counting == "UTF-16 units"
    assert found.similar == ()


def test_differences_of_white_space_are_named_unless_a_line_end_became_a_space() -> None:
    text = "New\nYork  City is"
    claims = [
        Claim(((0, 8),), "New York"),
        Claim(((4, 14),), "York City"),
        Claim(((0, 3), (10, 14)), "New City"),
        Claim(((0, 8),), "NewYork"),
    ]
    assert locate(text, claims).similar == (1, 3)
