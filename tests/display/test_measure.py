from xml.etree import ElementTree

import pytest

from jointre.data.schema import Document
from jointre.display.measure import LONGEST, clean, markup, right_to_left, short, width


def test_widths_add_up() -> None:
    assert width("Wi", 1000) == (944 + 222, True)
    assert width("Wi", 10).size == pytest.approx(11.66)
    assert width("", 10) == (0, True)


def test_marks_take_no_room() -> None:
    assert width("é", 15) == width("e", 15) == width("e\u0301", 15)
    assert width("e\u200b", 15).size == width("e", 15).size


def test_letters_outside_the_table_are_guessed() -> None:
    assert width("東", 10) == (10, False)
    assert width("ж", 10) == (6.5, False)
    assert width("👩\u200d👩\u200d👧", 10).size == 10


@pytest.mark.parametrize("text", ["\x00", "\x1b[31m", "\x7f", "\x85", "\ud800", "\ufffe", "a\tb\n"])
def test_everything_can_stand_in_xml(text: str) -> None:
    shown = clean(text)
    assert len(shown) == len(text)
    assert ElementTree.fromstring(f"<a>{markup(text)}</a>").text == shown


def test_markup_is_escaped() -> None:
    assert markup("<a b=\"c\" d='e'>&") == "&lt;a b=&quot;c&quot; d=&#x27;e&#x27;&gt;&amp;"


def test_long_words_lose_their_middle() -> None:
    assert short("a" * LONGEST) == "a" * LONGEST
    cut = short("a" * 50 + "b" * 5000)
    assert len(cut) == LONGEST
    assert (cut[0], cut[-1], cut.count("…")) == ("a", "b", 1)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [((), False), (("Ada", "שלום"), True), (("Babbage", "שלום"), False), (("1", "."), False)],
)
def test_the_direction_is_that_of_most_letters(tokens: tuple[str, ...], expected: bool) -> None:
    assert right_to_left(Document("d", tokens)) is expected
