"""Spans and pairs of units become packed rows of a batch."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.data.candidates import (
    given_labels,
    given_spans,
    pack_rows,
    pack_spans,
    pack_targets,
    pad_words,
    proposed_spans,
)
from jointre.data.schema import Document, Entity, Span
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError
from jointre.span_enumerators import AllSpans


def array(rows: Any, width: int | None = None) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(rows, np.int64).reshape((-1, width) if width else (-1,))


def test_spans_of_units() -> None:
    units = [array([[0, 1], [0, 2]], 2), array([], 2), array([[4, 6]], 2)]
    spans = pack_spans(units)
    rows = torch.stack([spans.unit, spans.start, spans.end], 1)
    assert rows.tolist() == [[0, 0, 1], [0, 0, 2], [2, 4, 6]]
    assert len(pack_spans([array([], 2)] * 2)) == 0


def test_rows_are_moved_by_the_units_before() -> None:
    mention_rows = pack_rows([array([0, 2]), array([]), array([1, 0])], [3, 0, 2])
    assert mention_rows.tolist() == [0, 2, 4, 3]
    pairs = pack_rows([array([[0, 1], [1, 0]], 2), array([], 2), array([[1, 0]], 2)], [2, 0, 2])
    assert pairs.tolist() == [[0, 1], [1, 0], [3, 2]]
    assert pack_rows([array([5]), array([7])]).tolist() == [5, 7]


def test_columns_may_count_different_things() -> None:
    """Members of documents: the mention is moved by the mentions, the entity by the entities."""
    mention_entity = array([[0, 0], [1, 1], [0, 2], [1, 2]], 2)
    sizes = [array([2, 3]), array([0, 0]), array([2, 3])]
    found = pack_rows([mention_entity, array([], 2), mention_entity], sizes)
    assert found.tolist() == [
        *([0, 0], [1, 1], [0, 2], [1, 2]),
        *([2, 3], [3, 4], [2, 5], [3, 5]),
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.lists(st.integers(0, 3), max_size=4)), min_size=1))
def test_offsets_against_a_loop(units: list[tuple[int, list[int]]]) -> None:
    """What a row of the batch points at is what the row of its unit points at."""
    sizes = [size for size, _ in units]
    rows = [array([row % size for row in some] if size else []) for size, some in units]
    things = [(number, row) for number, size in enumerate(sizes) for row in range(size)]
    wanted = [(number, int(row)) for number, some in enumerate(rows) for row in some]
    assert [things[row] for row in pack_rows(rows, sizes).tolist()] == wanted


def test_targets_and_words() -> None:
    ones, none = np.ones((2, 3), np.float32), np.zeros((0, 3), np.float32)
    assert pack_targets([ones, none]).shape == (2, 3)
    assert pad_words([array([0, 1]), array([]), array([0, 1, 1])], 3).tolist() == [
        [0, 1, 0],
        [0, 0, 0],
        [0, 1, 1],
    ]


VOCABULARY = Vocabulary(("Loc", "Peop"), ("Live_In",))


def test_given_spans_and_labels() -> None:
    """All spans in their order, equal and nested ones too; -1 where a label is to be chosen."""
    spans = [Span(4, 5), Span(0, 2), Span(0, 2), Span(1, 2)]
    labels = ["Peop", None, "Loc", "Loc"]
    entities = tuple(Entity(name, (span,)) for name, span in zip(labels, spans, strict=True))
    document = Document("d", tuple("abcde"), entities=entities)
    assert given_spans(document).tolist() == [[4, 5], [0, 2], [0, 2], [1, 2]]
    assert given_labels(document, VOCABULARY).tolist() == [1, -1, 0, 0]
    nothing = Document("d", ("a",))
    assert given_spans(nothing).shape == (0, 2)
    assert given_labels(nothing, VOCABULARY).dtype == np.int64


def test_given_labels_must_be_known() -> None:
    document = Document("d7", ("a",), entities=(Entity("Ship", (Span(0, 1),)),))
    with pytest.raises(DataError) as caught:
        given_labels(document, VOCABULARY)
    assert str(caught.value) == (
        "document 'd7': the model has no entity label 'Ship'; it has Loc, Peop, "
        "or null lets it choose"
    )


def test_proposed_spans_begin_and_end_with_words_that_the_encoder_sees() -> None:
    document = Document("d", tuple("abc"))
    silent = np.array([False, True, False])
    found = proposed_spans(document, silent, AllSpans(3))
    assert found.tolist() == [[0, 1], [2, 3], [0, 3]]
    assert len(proposed_spans(document, None, AllSpans(3))) == 6


def test_proposed_spans_need_sentences_that_follow_one_another() -> None:
    gap = Document("d", tuple("abc"), sentences=(Span(0, 1), Span(2, 3)))
    with pytest.raises(DataError, match=r"document 'd': sentence 1 is \[2, 3\), but must begin"):
        proposed_spans(gap, None, AllSpans(2))
