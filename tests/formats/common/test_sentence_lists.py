import pytest

from jointre.data.schema import Span
from jointre.errors import DataError
from jointre.formats.common.sentence_lists import read_sentence_lists


def test_sentences_follow_one_another_and_may_be_empty() -> None:
    tokens, borders = read_sentence_lists([["Ada", "left"], [], ["Why"]], "a.json:1", "sents")
    assert tokens == ["Ada", "left", "Why"]
    assert borders == [Span(0, 2), Span(2, 2), Span(2, 3)]


def test_other_values_are_errors_with_their_location() -> None:
    with pytest.raises(DataError, match=r"a\.json:1: sents must be a list, not 3"):
        read_sentence_lists(3, "a.json:1", "sents")
    with pytest.raises(DataError, match=r"a\.json:1: sents\[1\]\[0\] must be a string, not 5"):
        read_sentence_lists([["Ada"], [5]], "a.json:1", "sents")
