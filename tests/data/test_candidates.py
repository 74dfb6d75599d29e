"""Candidates of units become packed rows of a batch."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.data.batch import Batch
from jointre.data.candidates import Candidates, attach, given_entities, proposed_spans
from jointre.data.schema import Document, Entity, Span
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError
from jointre.layout import Layout
from jointre.span_enumerators import AllSpans
from tests.data.documents import TYPES_ARE_SAMPLED


def bare(units: int, words: int = 1) -> Batch:
    ids = torch.zeros(units, 2, dtype=torch.long)
    return Batch(ids, ids == 0, None, Layout(ids, torch.zeros(units, words, 2, dtype=torch.long)))


def array(rows: Any, width: int | None = None) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(rows, np.int64).reshape((-1, width) if width else (-1,))


FIRST = Candidates(
    array([[0, 1], [0, 2], [1, 2]], 2),
    array([1, 0, 2]),
    array([0, 2]),
    array([3, -1]),
    array([[0, 1], [1, 0]], 2),
    np.eye(2, dtype=np.float32),
)
NONE = Candidates(
    array([], 2), array([]), array([]), array([]), array([], 2), np.zeros((0, 2), np.float32)
)
LAST = Candidates(
    array([[4, 6], [5, 6]], 2),
    array([1, 1]),
    array([1, 0]),
    array([0, 1]),
    array([[1, 0]], 2),
    np.ones((1, 2), np.float32),
)


def test_rows_are_moved_by_those_before() -> None:
    batch = attach(bare(3), [FIRST, NONE, LAST])
    assert batch.spans is not None
    spans = torch.stack([batch.spans.unit, batch.spans.start, batch.spans.end], 1)
    assert spans.tolist() == [[0, 0, 1], [0, 0, 2], [0, 1, 2], [2, 4, 6], [2, 5, 6]]
    expected = {
        "entity_targets": [1, 0, 2, 1, 1],
        "kept": [0, 2, 4, 3],
        "kept_labels": [3, -1, 0, 1],
        "pairs": [[0, 1], [1, 0], [3, 2]],
        "relation_targets": [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]],
    }
    assert {name: getattr(batch, name).tolist() for name in expected} == expected


DOCUMENT = Candidates(
    spans=array([[0, 1], [0, 2], [1, 2]], 2),
    entity_targets=array([1, 0, 2]),
    kept=array([0, 2]),
    pairs=array([[0, 2], [1, 0]], 2),
    relation_targets=np.eye(2, dtype=np.float32),
    tokens=("a", "b"),
    sentences=array([0, 1]),
    mention_targets=np.array([1, 0, 1], np.float32),
    coreference_pairs=array([[0, 1], [1, 0]], 2),
    coreference_targets=np.array([1, 0], np.float32),
    edit_distances=array([7, 8]),
    members=array([[0, 0], [1, 1], [0, 2], [1, 2]], 2),  # three entities, of two mentions
)
BARE = Candidates(
    spans=array([[0, 1]], 2),
    entity_targets=array([]),
    kept=array([]),
    pairs=array([], 2),
    relation_targets=np.zeros((0, 2), np.float32),
    tokens=("c",),
    sentences=array([0]),
    mention_targets=np.zeros(1, np.float32),
    coreference_pairs=array([], 2),
    coreference_targets=np.zeros(0, np.float32),
    edit_distances=array([]),
    members=array([], 2),
)


def test_rows_of_documents_are_moved_by_those_before() -> None:
    """Mention pairs by the mentions, entity pairs by the entities, members by both."""
    batch = attach(bare(3, words=3), [DOCUMENT, BARE, DOCUMENT])
    expected = {
        "entity_targets": [1, 0, 2, 1, 0, 2],
        "kept": [0, 2, 4, 6],
        "pairs": [[0, 2], [1, 0], [3, 5], [4, 3]],
        "sentences": [[0, 1, 0], [0, 0, 0], [0, 1, 0]],
        "mention_targets": [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0],
        "coreference_pairs": [[0, 1], [1, 0], [2, 3], [3, 2]],
        "coreference_targets": [1.0, 0.0, 1.0, 0.0],
        "edit_distances": [7, 8, 7, 8],
        "members": [[0, 0], [1, 1], [0, 2], [1, 2], [2, 3], [3, 4], [2, 5], [3, 5]],
    }
    assert {name: getattr(batch, name).tolist() for name in expected} == expected
    assert batch.tokens == (("a", "b"), ("c",), ("a", "b"))


def test_documents_without_gold() -> None:
    batch = attach(bare(2), [BARE, BARE])
    for name, shape in (("members", (0, 2)), ("coreference_pairs", (0, 2)), ("pairs", (0, 2))):
        assert getattr(batch, name).shape == shape
        assert getattr(batch, name).dtype == torch.long
    assert batch.edit_distances is not None
    assert len(batch.edit_distances) == 0


def test_entities_decided_later() -> None:
    """When predicting there are only spans, words and sentences."""
    some = Candidates(DOCUMENT.spans, tokens=("a", "b"), sentences=array([0, 1]))
    batch = attach(bare(2, words=2), [some, some])
    assert batch.tokens == (("a", "b"), ("a", "b"))
    assert batch.sentences is not None
    left = {"spans", "tokens", "sentences"}
    assert all(getattr(batch, f.name) is None for f in fields(Candidates) if f.name not in left)


@st.composite
def clustered(draw: st.DrawFn) -> Candidates:
    """Candidates of a document, of any sizes, whose indices are as they may be."""

    def rows(most: int, columns: int, at_least: int = 0) -> Any:
        cell = st.integers(0, max(0, most - 1))
        row = st.lists(cell, min_size=columns, max_size=columns)
        return array(draw(st.lists(row, min_size=at_least, max_size=4 if most else 0)), columns)

    spans = rows(5, 2)
    kept = rows(len(spans), 1)[:, 0]
    entities = draw(st.integers(1, 3)) if len(kept) else 0
    owner = sorted([*range(entities), *draw(st.lists(st.integers(0, 2), max_size=3))])
    owner = [entity for entity in owner if entity < entities]
    members = [[draw(st.integers(0, len(kept) - 1)), entity] for entity in owner]
    linked, pairs = rows(len(kept), 2), rows(entities, 2)
    words = draw(st.integers(0, 4))
    return Candidates(
        spans=spans,
        entity_targets=np.arange(entities),
        kept=kept,
        pairs=pairs,
        relation_targets=np.ones((len(pairs), 1), np.float32),
        tokens=("w",) * words,
        sentences=np.arange(words),
        mention_targets=np.ones(len(spans), np.float32),
        coreference_pairs=linked,
        coreference_targets=np.zeros(len(linked), np.float32),
        edit_distances=np.arange(len(linked)),
        members=array(members, 2),
    )


@TYPES_ARE_SAMPLED
@settings(max_examples=60, deadline=None)
@given(st.lists(clustered(), min_size=1, max_size=4))
def test_offsets_against_a_loop(units: list[Any]) -> None:
    """What a row of the batch points at is what the row of its unit points at."""
    batch: Any = attach(bare(len(units), words=4), units)
    spans: list[tuple[int, ...]] = []
    kept: list[tuple[int, ...]] = []  # the spans themselves, then
    owned: list[tuple[tuple[int, ...], tuple[int, int]]] = []
    linked: list[tuple[tuple[int, ...], ...]] = []
    related: list[tuple[tuple[int, int], ...]] = []
    entities: list[tuple[int, int]] = []
    for number, own in enumerate(units):
        of_unit = [(number, *row) for row in own.spans.tolist()]
        mentions = [of_unit[row] for row in own.kept]
        spans += of_unit
        kept += mentions
        owned += [(mentions[row], (number, entity)) for row, entity in own.members.tolist()]
        linked += [tuple(mentions[row] for row in pair) for pair in own.coreference_pairs]
        related += [tuple((number, row) for row in pair) for pair in own.pairs.tolist()]
        entities += [(number, entity) for entity in own.entity_targets.tolist()]
        assert batch.sentences[number, : len(own.tokens)].tolist() == own.sentences.tolist()

    found = torch.stack([batch.spans.unit, batch.spans.start, batch.spans.end], 1).tolist()
    assert [tuple(row) for row in found] == spans
    assert [spans[row] for row in batch.kept] == kept
    assert [(kept[m], entities[e]) for m, e in batch.members.tolist()] == owned
    assert [tuple(kept[row] for row in pair) for pair in batch.coreference_pairs] == linked
    assert [tuple(entities[row] for row in pair) for pair in batch.pairs] == related
    assert batch.edit_distances.tolist() == [d for one in units for d in one.edit_distances]


def test_no_candidates_at_all() -> None:
    batch = attach(bare(2), [NONE, NONE])
    assert batch.spans is not None
    assert len(batch.spans) == 0
    assert batch.pairs is not None
    assert batch.pairs.shape == (0, 2)
    assert batch.relation_targets is not None
    assert batch.relation_targets.shape == (0, 2)


def test_what_is_left_to_the_model_stays_none() -> None:
    batch = attach(bare(2), [Candidates(FIRST.spans), Candidates(LAST.spans)])
    for field in fields(Candidates):
        if field.name != "spans":
            assert getattr(batch, field.name) is None


VOCABULARY = Vocabulary(("Loc", "Peop"), ("Live_In",))


def test_given_entities() -> None:
    """All spans in their order, equal and nested ones too; -1 where a label is to be chosen."""
    spans = [Span(4, 5), Span(0, 2), Span(0, 2), Span(1, 2)]
    labels = ["Peop", None, "Loc", "Loc"]
    entities = tuple(Entity(name, (span,)) for name, span in zip(labels, spans, strict=True))
    found = given_entities(Document("d", tuple("abcde"), entities=entities), VOCABULARY)
    assert found.spans.tolist() == [[4, 5], [0, 2], [0, 2], [1, 2]]
    assert found.kept is not None
    assert found.kept.tolist() == [0, 1, 2, 3]
    assert found.kept_labels is not None
    assert found.kept_labels.tolist() == [1, -1, 0, 0]
    decided = found.entity_targets, found.pairs, found.relation_targets
    assert decided == (None, None, None)


def test_no_given_entities() -> None:
    """They pack like others: rows of two columns, integers."""
    none = given_entities(Document("d", ("a",)), VOCABULARY)
    assert none.spans.shape == (0, 2)
    one = given_entities(Document("e", ("a",), entities=(Entity(None, (Span(0, 1),)),)), VOCABULARY)
    batch = attach(bare(3), [none, one, none])
    assert batch.spans is not None
    assert (batch.spans.unit.tolist(), batch.spans.end.tolist()) == ([1], [1])
    assert batch.kept_labels is not None
    assert batch.kept_labels.tolist() == [-1]
    assert batch.kept_labels.dtype == batch.spans.unit.dtype == torch.long


def test_given_labels_must_be_known() -> None:
    document = Document("d7", ("a",), entities=(Entity("Ship", (Span(0, 1),)),))
    with pytest.raises(DataError) as caught:
        given_entities(document, VOCABULARY)
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
