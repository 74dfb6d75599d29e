import pytest

from jointre.data.schema import Span
from jointre.data.sentences import sentence_numbers, sentence_of, sentences_of
from jointre.errors import DataError
from tests.data.documents import document


def test_a_document_without_sentences_is_one() -> None:
    assert sentences_of(document("a b c")) == (Span(0, 3),)
    assert sentences_of(document("")) == (Span(0, 0),)


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        (((0, 2), (3, 4)), r"document 'd': sentence 1 is \[3, 4\), but must begin at 2"),
        (((0, 2), (1, 4)), r"sentence 1 is \[1, 4\), but must begin at 2"),
        (((0, 2),), "the sentences end at 2, but there are 4 tokens"),
    ],
)
def test_refuses_gaps_overlaps_and_a_missing_end(
    sentences: tuple[tuple[int, int], ...], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        sentences_of(document("a b c d", sentences=sentences))


@pytest.mark.parametrize(
    ("span", "home"),
    [((0, 2), 0), ((2, 3), 3), ((2, 5), 3), ((1, 3), None), ((4, 5), 3)],
)
def test_finds_the_sentence_of_a_span_among_empty_ones(
    span: tuple[int, int], home: int | None
) -> None:
    borders = [Span(0, 2), Span(2, 2), Span(2, 2), Span(2, 5), Span(5, 5)]
    assert sentence_of(Span(*span), borders) == home


def test_the_sentence_of_each_word() -> None:
    assert sentence_numbers(document("a b c")).tolist() == [0, 0, 0]
    several = ((0, 2), (2, 2), (2, 5))
    assert sentence_numbers(document("a b c d e", sentences=several)).tolist() == [0, 0, 2, 2, 2]
    assert sentence_numbers(document("")).tolist() == []
    assert str(sentence_numbers(document("")).dtype) == "int64"
    with pytest.raises(DataError, match="the sentences end at 2, but there are 3 tokens"):
        sentence_numbers(document("a b c", sentences=((0, 2),)))
