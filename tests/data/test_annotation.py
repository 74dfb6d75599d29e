import pytest

from jointre.data.annotation import Relation, Span, check_sentences, renumbered
from jointre.errors import DataError


def test_renumbered_keeps_clusters_that_were_empty_before() -> None:
    relations, clusters = renumbered([1], [Relation("r", 1, 1)], [(), (0,), (1,)])
    assert relations == (Relation("r", 0, 0),)
    assert clusters == ((), (0,))


def test_sentences_cover_all_tokens() -> None:
    check_sentences([Span(0, 2), Span(2, 2), Span(2, 3)], 3, "f:1")
    with pytest.raises(DataError, match=r"^f:1: sentence 1 is \[1, 3\), but must begin at 2"):
        check_sentences([Span(0, 2), Span(1, 3)], 3, "f:1")
    with pytest.raises(DataError, match=r"^f:1: the sentences end at 2, but there are 3 tokens"):
        check_sentences([Span(0, 2)], 3, "f:1")
