from hypothesis import given
from hypothesis import strategies as st

from jointre.data.words import words_of


def test_separates_punctuation_and_skips_white_space() -> None:
    assert words_of("Ada  met\nBob.") == (
        ("Ada", "met", "Bob", "."),
        ((0, 3), (5, 8), (9, 12), (12, 13)),
    )
    assert words_of(" ") == ((), ())


@given(st.text(max_size=30))
def test_offsets_name_the_words_and_lose_nothing_but_white_space(text: str) -> None:
    words, offsets = words_of(text)
    assert [text[left:right] for left, right in offsets] == list(words)
    rest = text
    for left, right in reversed(offsets):
        rest = rest[:left] + rest[right:]
    assert not rest.strip()
