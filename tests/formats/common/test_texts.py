from dataclasses import replace

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.common.texts import count_reread, text_of, utf8, with_text, with_words

WHOLE = Document("d", ("a", "b"), text=" ab", offsets=((1, 2), (2, 3)), sentences=(Span(0, 2),))


def test_a_text_is_kept_where_the_words_follow_one_another_in_it() -> None:
    skipped = SkippedData()
    assert text_of(WHOLE, skipped) == (" ab", WHOLE.offsets)
    assert text_of(replace(WHOLE, text=None), skipped) == ("a b", [(0, 1), (2, 3)])
    assert not skipped
    assert text_of(replace(WHOLE, offsets=((1, 2), (1, 3))), skipped) == ("a b", [(0, 1), (2, 3)])
    assert text_of(replace(WHOLE, offsets=((1, 2), (2, 2))), skipped) == ("a b", [(0, 1), (2, 3)])
    kind = "texts replaced by their words with spaces between"
    assert skipped.lines() == [f"2 {kind}; first: document 'd'"]


def test_what_reading_makes_anew_is_counted() -> None:
    skipped = SkippedData()
    count_reread(WHOLE, WHOLE, skipped)
    assert not skipped
    two = replace(WHOLE, sentences=(Span(0, 1), Span(1, 2)))
    count_reread(two, WHOLE, skipped)
    count_reread(two, None, skipped)
    assert skipped["lists of words skipped, because the reader makes them again"] == 1
    assert skipped["lists of sentences skipped, because the reader makes them again"] == 2


def test_mentions_of_white_space_cannot_be_written() -> None:
    entities = (Entity("X", (Span(0, 1),)), Entity("X", (Span(1, 2), Span(0, 2))))
    whole = replace(WHOLE, entities=entities, relations=(Relation("r", 0, 1), Relation("r", 1, 1)))
    skipped = SkippedData()
    found = with_words(whole, "a ", ((0, 1), (1, 2)), skipped)
    assert found.entities == (entities[0], Entity("X", (Span(0, 2),)))
    assert skipped["mentions without a word skipped"] == 1
    found = with_words(whole, " b", ((0, 1), (1, 2)), skipped)
    assert (found.entities, found.relations) == (entities[1:], (Relation("r", 0, 0),))
    assert skipped["relations of entities without a mention skipped"] == 1


def test_text_and_the_mentions_with_words_go_together() -> None:
    skipped = SkippedData()
    document, text, offsets = with_text(replace(WHOLE, text=None), skipped)
    assert (text, offsets) == ("a b", [(0, 1), (2, 3)])
    assert document.tokens == WHOLE.tokens


def test_half_a_surrogate_pair_cannot_be_written() -> None:
    assert utf8("é", "d1") == b"\xc3\xa9"
    with pytest.raises(DataError, match=r"d1.: cannot be written as UTF-8: .*character 1"):
        utf8("a\ud800", "d1")
