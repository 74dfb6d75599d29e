"""SINET's sampling, rule by rule (SINET §4.1)."""

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jointre.data.candidates import SentenceCandidates
from jointre.data.samplers import SpanSampler
from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.vocabulary import Vocabulary
from jointre.errors import DataError
from jointre.span_enumerators import AllSpans
from jointre.testing.contracts import SamplerContract
from tests.data.documents import TYPES_ARE_SAMPLED, document

VOCABULARY = Vocabulary(
    ("Loc", "Org", "Peop"), ("Live_In", "Spouse", "Work_For"), frozenset({"Spouse"})
)
WORDS = "a b c d e f g h"


class TestSpanSampler(SamplerContract):
    component = {"type": "span", "entity_negatives": 5, "relation_negatives": 2}


class TestManyNegatives(SamplerContract):
    component = {"type": "span", "entity_negatives": 5}


def draw(
    document: Document, max_width: int = 3, seed: Any = 0, **options: int
) -> SentenceCandidates:
    return SpanSampler(VOCABULARY, AllSpans(max_width), **options)(
        document, np.random.default_rng(seed)
    )


def spans(found: SentenceCandidates) -> list[tuple[int, int]]:
    return [(start, end) for start, end in found.spans.tolist()]


def pairs(found: SentenceCandidates) -> list[tuple[tuple[int, int], list[float]]]:
    """((head, tail), multi-hot target) of each row."""
    assert found.pairs is not None
    assert found.relation_targets is not None
    rows = zip(found.pairs.tolist(), found.relation_targets.tolist(), strict=True)
    return [((head, tail), target) for (head, tail), target in rows]


def test_gold_comes_first_in_file_order() -> None:
    found = draw(document(WORDS, (("Peop", 4, 5), ("Loc", 0, 2), ("Org", 4, 6))))
    assert spans(found)[:3] == [(4, 5), (0, 2), (4, 6)]
    assert found.entity_targets is not None
    assert found.entity_targets.tolist() == [3, 1, 2] + [0] * (len(found.spans) - 3)
    assert found.mention_rows is not None
    assert found.mention_rows.tolist() == [0, 1, 2]


def test_all_other_spans_when_there_are_few() -> None:
    """8 + 7 + 6 spans of at most 3 words; overlapping and nested ones are eligible."""
    found = draw(document(WORDS, (("Peop", 2, 4),)))
    assert sorted(spans(found)) == sorted(
        (start, start + width) for width in (1, 2, 3) for start in range(8 - width + 1)
    )


@pytest.mark.parametrize("count", [0, 1, 5, 20])
def test_no_more_negatives_than_asked(count: int) -> None:
    found = draw(document(WORDS, (("Peop", 2, 4),)), entity_negatives=count)
    assert len(found.spans) == 1 + count


def test_wide_gold_is_positive_and_takes_part() -> None:
    text = document(WORDS, (("Org", 0, 7), ("Peop", 7, 8)), (("Work_For", 1, 0),))
    found = draw(text, max_width=3)
    assert spans(found)[0] == (0, 7)
    assert all(end - start <= 3 for start, end in spans(found)[1:])
    assert pairs(found)[0] == ((1, 0), [0.0, 0.0, 1.0])


def test_gold_spans_are_never_negative() -> None:
    gold = (("Peop", 0, 1), ("Peop", 0, 1), ("Org", 3, 6), ("Loc", 2, 8))
    for seed in range(20):
        found = draw(document(WORDS, gold), seed=seed, entity_negatives=10)
        assert not {span[1:] for span in gold} & set(spans(found)[4:])


def test_two_entities_on_one_span() -> None:
    """Both are positives, with conflicting labels; in pairs the first acts, once."""
    text = document(
        WORDS,
        (("Peop", 0, 1), ("Org", 0, 1), ("Loc", 4, 5)),
        (("Live_In", 1, 2), ("Work_For", 0, 2), ("Live_In", 0, 1)),
    )
    found = draw(text)
    assert found.entity_targets is not None
    assert found.entity_targets[:3].tolist() == [3, 2, 1]
    assert pairs(found) == [((0, 2), [1.0, 0.0, 1.0]), ((2, 0), [0.0, 0.0, 0.0])]


def test_one_row_a_pair_with_all_its_labels() -> None:
    text = document(
        WORDS,
        (("Peop", 0, 1), ("Loc", 4, 5)),
        (("Live_In", 0, 1), ("Work_For", 0, 1), ("Live_In", 0, 1)),
    )
    assert pairs(draw(text))[0] == ((0, 1), [1.0, 0.0, 1.0])
    assert len(pairs(draw(text))) == 2


def test_the_reverse_of_a_positive_is_a_negative() -> None:
    text = document(WORDS, (("Peop", 0, 1), ("Loc", 4, 5)), (("Live_In", 0, 1),))
    assert pairs(draw(text)) == [((0, 1), [1.0, 0.0, 0.0]), ((1, 0), [0.0, 0.0, 0.0])]


@pytest.mark.parametrize(("head", "tail"), [(0, 1), (1, 0)])
def test_symmetric_relations_point_right(head: int, tail: int) -> None:
    """Whichever way they are written; the reverse is a negative all the same."""
    text = document(WORDS, (("Peop", 0, 1), ("Peop", 4, 5)), (("Spouse", head, tail),))
    assert pairs(draw(text)) == [((0, 1), [0.0, 1.0, 0.0]), ((1, 0), [0.0, 0.0, 0.0])]


def test_negative_pairs_are_all_other_pairs_of_gold() -> None:
    """Nested and overlapping gold pairs too; no predicted or random span."""
    gold = (("Peop", 0, 3), ("Loc", 1, 2), ("Org", 2, 5), ("Loc", 6, 7))
    found = draw(document(WORDS, gold, (("Live_In", 0, 1),)))
    rows = pairs(found)
    assert sorted(pair for pair, _ in rows) == [
        (i, j) for i in range(4) for j in range(4) if i != j
    ]
    assert [pair for pair, target in rows if any(target)] == [(0, 1)]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_no_more_negative_pairs_than_asked(count: int) -> None:
    gold = (("Peop", 0, 1), ("Loc", 1, 2), ("Org", 2, 3))
    found = draw(document(WORDS, gold, (("Live_In", 0, 1),)), relation_negatives=count)
    assert len(pairs(found)) == 1 + count
    assert len({pair for pair, _ in pairs(found)}) == 1 + count


def test_a_relation_of_a_span_with_itself_is_no_pair() -> None:
    found = draw(document(WORDS, (("Peop", 0, 1),), (("Live_In", 0, 0),)))
    assert pairs(found) == []


@pytest.mark.parametrize("text", ["", "one", WORDS])
def test_no_gold(text: str) -> None:
    found = draw(document(text), max_width=3)
    words = len(text.split())
    assert len(found.spans) == sum(max(0, words - width + 1) for width in (1, 2, 3))
    assert found.spans.dtype == np.int64
    assert found.pairs is not None
    assert found.pairs.shape == (0, 2)
    assert found.relation_targets is not None
    assert found.relation_targets.shape == (0, 3)


def test_generator_of_seed_epoch_and_index() -> None:
    text = document(" ".join("abcdefghij" * 5), (("Peop", 2, 4),))
    first = draw(text, seed=(0, 3, 7), entity_negatives=10).spans.tolist()
    assert draw(text, seed=(0, 3, 7), entity_negatives=10).spans.tolist() == first
    for other in ((1, 3, 7), (0, 4, 7), (0, 3, 8)):
        assert draw(text, seed=other, entity_negatives=10).spans.tolist() != first


def test_spans_are_drawn_alike_often() -> None:
    """5 of 20 spans, 400 times: each about 100 times (standard deviation 8.7)."""
    text = document(WORDS, (("Peop", 2, 4),))
    counts = Counter(
        span for seed in range(400) for span in spans(draw(text, seed=seed, entity_negatives=5))[1:]
    )
    assert len(counts) == 20
    assert all(60 <= count <= 140 for count in counts.values()), counts


def test_pairs_are_drawn_alike_often() -> None:
    """2 of 5 pairs, 300 times: each about 120 times (standard deviation 8.5)."""
    gold = (("Peop", 0, 1), ("Loc", 1, 2), ("Org", 2, 3))
    text = document(WORDS, gold, (("Live_In", 0, 1),))
    counts = Counter(
        pair
        for seed in range(300)
        for pair, target in pairs(draw(text, seed=seed, relation_negatives=2))
        if not any(target)
    )
    assert len(counts) == 5
    assert all(80 <= count <= 160 for count in counts.values()), counts


@pytest.mark.parametrize(
    ("entity", "relation", "message"),
    [
        (None, None, "document 'd': an entity without a label cannot be learnt"),
        ("Event", None, "'Event' is not one of the model's entity labels: Loc, Org, Peop"),
        ("Peop", "Likes", "'Likes' is not one of the model's relation labels: Live_In"),
    ],
)
def test_labels_must_be_known(entity: str | None, relation: str | None, message: str) -> None:
    text = document(WORDS)
    named = Entity(entity, (Span(0, 1),)), Entity("Loc", (Span(2, 3),))
    links = (Relation(relation, 0, 1),) if relation else ()
    with pytest.raises(DataError, match=re.escape(message)):
        draw(replace(text, entities=named, relations=links))


@TYPES_ARE_SAMPLED
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_against_loops(data: st.DataObject) -> None:
    """With no limit on negatives the sample is what SINET §4.1 describes, in any order."""
    words, width = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 5))
    starts = st.integers(0, words - 1)
    some = st.tuples(st.sampled_from(["Loc", "Peop"]), starts, st.integers(1, 9)).map(
        lambda row: (row[0], row[1], min(words, row[1] + row[2]))
    )
    gold = tuple(data.draw(st.lists(some, max_size=4, unique_by=lambda row: row[1:])))
    index = st.integers(0, max(0, len(gold) - 1))
    link = st.tuples(st.sampled_from(["Live_In", "Spouse"]), index, index)
    links = tuple(data.draw(st.lists(link, max_size=4))) if gold else ()
    found = draw(document(" ".join("w" * words), gold, links), max_width=width)

    every = [(s, s + k) for k in range(1, width + 1) for s in range(words - k + 1)]
    own = [row[1:] for row in gold]
    assert spans(found)[: len(own)] == own
    assert sorted(spans(found)[len(own) :]) == sorted(set(every) - set(own))
    positive: dict[tuple[int, int], set[str]] = {}
    for label, head, tail in links:
        if label == "Spouse" and gold[tail][1] < gold[head][1]:
            head, tail = tail, head
        if head != tail:
            positive.setdefault((head, tail), set()).add(label)
    rows = dict(pairs(found))
    assert len(rows) == len(pairs(found))
    assert set(rows) == {(i, j) for i in range(len(gold)) for j in range(len(gold)) if i != j}
    names = VOCABULARY.relation_labels
    labelled = {
        pair: {name for name, hot in zip(names, target, strict=True) if hot}
        for pair, target in rows.items()
        if any(target)
    }
    assert labelled == positive


def test_pairs_within_reach() -> None:
    """Positive and negative pairs alike, counted in sentences from head to tail."""
    unit = document(
        WORDS,
        (("Peop", 0, 1), ("Loc", 2, 3), ("Org", 4, 5), ("Peop", 6, 7)),
        (("Live_In", 0, 1), ("Work_For", 0, 2)),
        sentences=((0, 2), (2, 4), (4, 6), (6, 8)),
    )
    for reach, expected in ((None, 12), (1, 6), (2, 10), (3, 12)):
        sampler = SpanSampler(VOCABULARY, AllSpans(3), reach=reach)
        found = pairs(sampler(unit, np.random.default_rng(0)))
        assert len(found) == expected, reach
        assert all(abs(head - tail) <= (reach or 9) for (head, tail), _ in found)
        positive = [pair for pair, target in found if sum(target)]
        assert positive == ([(0, 1)] if reach == 1 else [(0, 1), (0, 2)])


def test_negatives_are_counted_per_sentence_with_words() -> None:
    unit = document(WORDS, (("Peop", 0, 1),), sentences=((0, 4), (4, 4), (4, 8)))
    found = SpanSampler(VOCABULARY, AllSpans(3), None, entity_negatives=2)(
        unit, np.random.default_rng(0)
    )
    assert len(found.spans) == 1 + 2 * 2
