import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.data.schema import Span
from jointre.data.skipped import SkippedData
from jointre.data.words import words_of
from jointre.errors import ConfigError, DataError


def test_separates_punctuation_and_skips_white_space() -> None:
    assert words_of("Ada  met\nBob. Why?") == (
        ("Ada", "met", "Bob", ".", "Why", "?"),
        ((0, 3), (5, 8), (9, 12), (12, 13), (14, 17), (17, 18)),
        (Span(0, 4), Span(4, 6)),
    )
    assert words_of(" ") == ((), (), ())


def test_a_bracket_opens_the_sentence_that_follows_it() -> None:
    words, _, sentences = words_of("It fell. ([Why?) (")
    assert words == ("It", "fell", ".", "(", "[", "Why", "?", ")", "(")
    assert sentences == (Span(0, 3), Span(3, 9))
    assert words_of(". (a").sentences == (Span(0, 1), Span(1, 3))
    assert words_of("( (").sentences == (Span(0, 2),)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ('He left. "I know," she said.', ["He left.", '"I know," she said.']),
        ("He left. “I know,” she said.", ["He left.", "“I know,” she said."]),
        ('"He left." She knew.', ['"He left."', "She knew."]),
        ("„Er ging.“ Sie blieb.", ["„Er ging.“", "Sie blieb."]),
        ("He left. «Bien,» she said.", ["He left.", "«Bien,» she said."]),
        ('He left. ("No!") Why?', ["He left.", '("No!")', "Why?"]),
        ('He left. "', ['He left. "']),
        ("We need:\n- salt\n- oil\nThen stir.", ["We need:", "- salt", "- oil", "Then stir."]),
        ("Steps\n1. Ada went\n2. Bob came", ["Steps", "1. Ada went", "2. Bob came"]),
        ("• Ada\n  of Rome\n• Bob", ["• Ada\n  of Rome", "• Bob"]),
        ("a well-\nknown - very - line\nof text", ["a well-\nknown - very - line\nof text"]),
    ],
)
def test_quotation_marks_and_lines_of_lists(text: str, sentences: list[str]) -> None:
    _, offsets, spans = words_of(text)
    assert [text[offsets[a][0] : offsets[b - 1][1]] for a, b in spans] == sentences


@pytest.mark.parametrize("run", [",", "a,b", "😀", "https://example.org/a?b=c,"])
def test_long_runs_without_spaces_take_seconds_at_most(run: str) -> None:
    text = f"Ada {run * (20_000 // len(run))} left."
    started = time.monotonic()
    words, offsets, _ = words_of(text)
    assert time.monotonic() - started < 20
    assert [text[left:right] for left, right in offsets] == list(words)
    assert "".join(words) == text.replace(" ", "")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"language='qq': spaCy has no such language; take its"):
        words_of("Ada", "qq")


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(DataError, match=r"character 2 of the text is half of a surrogate pair"):
        words_of("a \ud800 b")


@given(st.text(max_size=30))
def test_offsets_name_the_words_and_lose_nothing_but_white_space(text: str) -> None:
    words, offsets, sentences = words_of(text)
    assert [i for s in sentences for i in range(s.start, s.end)] == list(range(len(words)))
    assert [text[left:right] for left, right in offsets] == list(words)
    rest = text
    for left, right in reversed(offsets):
        rest = rest[:left] + rest[right:]
    assert not rest.strip()


def test_characters_of_scripts_without_spaces_are_words() -> None:
    words, _, sentences = words_of("小明住在北京。SARS-2感染 5mg")
    assert words == (*"小明住在北京。", "SARS-2", "感", "染", "5", "mg")
    assert sentences == (Span(0, 7), Span(7, 12))
    assert words_of("東京タワー").tokens == tuple("東京タワー")
    assert words_of("ที่นี่", "de").tokens == ("ที่", "นี่")


def test_a_language_has_its_own_segmentation() -> None:
    words, _, sentences = words_of("他在。她走。", "zh")
    assert words == tuple("他在。她走。")
    assert sentences == (Span(0, 3), Span(3, 6))


def test_a_language_that_needs_a_package_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sudachipy", None)
    with pytest.raises(ConfigError, match=r"'ja': spaCy's words of .* need another .*sudachipy"):
        words_of("東京", "ja")


def test_a_byte_order_mark_is_not_part_of_a_word() -> None:
    words = words_of("\ufeffAda left.")
    assert words.tokens == ("Ada", "left", ".")
    assert words.offsets == ((1, 4), (5, 9), (9, 10))


def test_a_long_run_is_cut_and_reported_once() -> None:
    skipped = SkippedData()
    text = "Ada " + "abc/def+" * 100 + " left " + "=" * 500 + " ."
    words, offsets, _ = words_of(text, "en", skipped, "a.txt")
    assert [text[left:right] for left, right in offsets] == list(words)
    assert max(map(len, words)) <= 250
    assert skipped.lines() == [
        "1 run of more than 500 characters without a space was cut into words of at most 250 "
        f"characters; first: a.txt, character 4: '{'abc/def+' * 5}'"
    ]


@pytest.mark.parametrize("language", ["en", "xx", "zh"])
def test_a_cut_between_words_is_not_reported(language: str) -> None:
    skipped = SkippedData()
    text = "小明住在北京，他喜欢SARS-2这个词。" * 100
    assert (
        words_of(text, language, skipped).tokens
        == words_of("。 ".join(text.split("。")).strip(), language).tokens
    )
    assert not skipped


def test_a_cut_leaves_an_accent_with_its_letter() -> None:
    text = "e\u0301" * 400
    words = words_of("a" + text).tokens
    assert not any(word.startswith("\u0301") for word in words)
    assert "".join(words) == "a" + text
