import pytest

from jointre.data.char_spans import ENGLISH
from jointre.data.record_words import CutWords, Given, cut_words
from jointre.data.schema import Span
from jointre.data.skipped import SkippedData

ENTITIES = [{"chars": [[1, 4]]}, {"mentions": [[0, 1]], "chars": [[0, 3]]}, {}]


def cut(given: Given) -> tuple[CutWords, SkippedData]:
    skipped = SkippedData()
    return cut_words(given, ENTITIES, ENGLISH, "f:1", skipped), skipped


def test_only_mentions_without_tokens_cut_words() -> None:
    given = Given(("abc", "def"), ((0, 3), (3, 6)), (Span(0, 1), Span(1, 2)), None)
    found, skipped = cut(given)
    assert found.words.tokens == ("a", "bc", "d", "ef")
    assert found.words.sentences == (Span(0, 2), Span(2, 4))
    assert found.spans == {(1, 4): Span(1, 3)}
    assert list(found.starts) == [0, 2, 4]
    assert skipped["words split where a mention begins or ends"] == 2


@pytest.mark.parametrize(
    ("tokens", "offsets"),
    [
        (("abc", "def"), ((0, 3), (2, 5))),
        (("abcd", "def"), ((0, 3), (3, 6))),
        (("abc", ""), ((0, 3), (3, 3))),
    ],
)
def test_words_that_are_not_apart_stay_whole(
    tokens: tuple[str, ...], offsets: tuple[tuple[int, int], ...]
) -> None:
    found, skipped = cut(Given(tokens, offsets, (), None))
    assert (found.words.tokens, found.spans, found.known) == (tokens, None, True)
    assert list(found.starts) == [0, 1, 2]
    assert not skipped


def test_a_gap_of_any_size_takes_no_memory() -> None:
    found, _ = cut(Given(("abc", "def"), ((0, 3), (10**15, 10**15 + 3)), (), None))
    assert found.words.tokens == ("a", "bc", "def")


def test_mentions_outside_the_text_are_counted() -> None:
    found, skipped = cut(Given(None, None, (), "abc"))
    assert (found.words.tokens, found.spans) == (("abc",), {})
    assert skipped.lines() == [
        "1 mention outside its text skipped; first: "
        "f:1, entities[0].chars[0] is [1, 4] in a text of 3 characters"
    ]
