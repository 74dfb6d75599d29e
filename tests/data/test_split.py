import itertools
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.data.split import Unit, carve_dev, draw_fraction, hold_out_fold, join, split
from jointre.errors import DataError
from tests.data.documents import TYPES_ARE_SAMPLED, document, files_of, plain_documents

pytestmark = TYPES_ARE_SAMPLED

TWO = document(
    "Ada met Bob . He left Rome .",
    entities=(("Peop", 0, 1), ("Peop", 2, 3), ("Loc", 6, 7), ("Peop", 4, 5)),
    relations=(("Knows", 0, 1), ("Left", 3, 2), ("Left", 1, 2)),
    sentences=((0, 4), (4, 4), (4, 8)),
)


def annotations(whole: Document) -> tuple[Counter[Any], Counter[Any]]:
    """Entities and relations by what they say, wherever they stand in the lists."""
    entities = whole.entities
    return Counter((item.label, item.mentions) for item in entities), Counter(
        (item.label, entities[item.head].mentions, entities[item.tail].mentions)
        for item in whole.relations
    )


def test_by_document_each_is_a_unit_as_it_is() -> None:
    other = document(id="e")
    assert split([TWO, other], "document") == [Unit(0, 0, TWO), Unit(1, 0, other)]


def test_by_sentence_offsets_are_those_of_the_sentence() -> None:
    skipped = SkippedData()
    first, empty, last = split([TWO], "sentence", skipped)
    assert first.document == document(
        "Ada met Bob .", (("Peop", 0, 1), ("Peop", 2, 3)), (("Knows", 0, 1),), id="d#0"
    )
    assert empty == Unit(0, 4, Document("d#1", ()))
    assert last.offset == 4
    assert last.document == document(
        "He left Rome .", (("Loc", 2, 3), ("Peop", 0, 1)), (("Left", 1, 0),), id="d#2"
    )
    assert skipped.lines() == [
        "1 relation across sentences skipped; first: document 'd', Left of entities 1 and 2"
    ]


def test_mentions_and_clusters_across_sentences_are_counted() -> None:
    skipped = SkippedData()
    whole = document(
        "a b c d", (("X", 1, 3), ("X", 0, 1)), (("r", 0, 1),), "d", ((0, 2), (2, 4)), ((0, 1),)
    )
    assert [len(unit.document.entities) for unit in split([whole], "sentence", skipped)] == [1, 0]
    assert skipped.lines() == [
        "1 mention across sentences skipped; first: document 'd', tokens [1, 3)",
        "1 relation across sentences skipped; first: document 'd', r of entities 0 and 1",
        "1 cluster skipped; first: document 'd'",
    ]


def test_entities_with_several_mentions_become_several_entities() -> None:
    ada = Entity("Peop", (Span(0, 1), Span(4, 5), Span(5, 6)), mention_scores=(0.1, 0.2, 0.3))
    rome = Entity("Loc", (Span(2, 3), Span(6, 7)))
    whole = replace(
        TWO, entities=(ada, rome), relations=(Relation("Likes", 0, 1, 0.5, (0,)),), clusters=()
    )
    skipped = SkippedData()
    first, _, last = (unit.document for unit in split([whole], "sentence", skipped))
    assert [entity.span for entity in last.entities] == [Span(0, 1), Span(1, 2), Span(2, 3)]
    assert [entity.mention_scores for entity in last.entities] == [(0.2,), (0.3,), None]
    assert first.relations == (Relation("Likes", 0, 1),)
    assert last.relations == (Relation("Likes", 0, 2),)
    assert not skipped


def test_text_is_cut_with_its_offsets() -> None:
    whole = Document(
        "d",
        ("Hi", ".", "Bye", "."),
        text="Hi.  Bye.",
        offsets=((0, 2), (2, 3), (5, 8), (8, 9)),
        sentences=(Span(0, 2), Span(2, 4), Span(4, 4)),
    )
    first, last, empty = (unit.document for unit in split([whole], "sentence"))
    assert (first.text, first.offsets) == ("Hi.", ((0, 2), (2, 3)))
    assert (last.text, last.offsets) == ("Bye.", ((0, 3), (3, 4)))
    assert (empty.text, empty.offsets) == ("", ())


def test_sentences_must_follow_one_another() -> None:
    with pytest.raises(DataError, match="sentence 1 is"):
        split([document("a b c", sentences=((0, 1), (2, 3)))], "sentence")


def test_join_replaces_gold_and_keeps_all_else() -> None:
    whole = replace(TWO, extra={"doc_key": 7}, flags=("long",), clusters=((0, 1),))
    units = split([whole], "sentence")
    predictions = [replace(unit.document, entities=(), relations=()) for unit in units]
    predictions[2] = replace(
        predictions[2],
        entities=(Entity("Loc", (Span(2, 3),), score=0.7), Entity("Org", (Span(0, 1),))),
        relations=(Relation("Left", 1, 0, 0.6),),
        clusters=((0, 1),),
        flags=("truncated", "long"),
    )
    predictions[0] = replace(predictions[0], entities=(Entity("Peop", (Span(0, 1),)),))
    (joined,) = join([whole], units, predictions)
    assert [entity.span for entity in joined.entities] == [Span(0, 1), Span(6, 7), Span(4, 5)]
    assert joined.entities[1].score == 0.7
    assert joined.relations == (Relation("Left", 2, 1),)
    assert joined.clusters == ((1, 2),)
    assert joined.flags == ("long", "truncated")
    assert (joined.tokens, joined.sentences, joined.extra) == (
        whole.tokens,
        whole.sentences,
        {"doc_key": 7},
    )


def test_join_refuses_what_does_not_belong_together() -> None:
    units = split([TWO], "sentence")
    with pytest.raises(DataError, match="1 prediction for 3 units"):
        join([TWO], units, [TWO])
    with pytest.raises(DataError, match="'d#2' has other tokens than the unit 'd#0'"):
        join([TWO], units, [unit.document for unit in reversed(units)])


@given(files_of(plain_documents(split=True)))
def test_joining_gold_units_gives_gold_less_what_crosses(documents: list[Document]) -> None:
    skipped = SkippedData()
    units = split(documents, "sentence", skipped)
    joined = join(documents, units, [unit.document for unit in units])
    lost_mentions = skipped["mentions across sentences skipped"]
    lost_relations = skipped["relations across sentences skipped"]
    for before, after in zip(documents, joined, strict=True):
        assert after.tokens == before.tokens
        assert after.sentences == before.sentences
        for gold, kept in zip(annotations(before), annotations(after), strict=True):
            assert kept <= gold
    assert sum(len(item.entities) for item in documents) - lost_mentions == sum(
        len(item.entities) for item in joined
    )
    assert sum(len(item.relations) for item in documents) - lost_relations == sum(
        len(item.relations) for item in joined
    )


@given(files_of(plain_documents()))
def test_documents_without_sentences_are_their_own_units(documents: list[Document]) -> None:
    units = split(documents, "sentence")
    assert [unit.document for unit in units] == documents
    assert join(documents, units, [unit.document for unit in units]) == documents


@given(st.permutations([document(id=str(index)) for index in range(20)]))
def test_dev_does_not_depend_on_the_order_in_the_file(documents: list[Document]) -> None:
    train, dev = carve_dev(documents, 0.15, seed=3)
    assert {item.id for item in dev} == {"6", "2", "8"}
    assert train == [item for item in documents if item not in dev]


def test_dev_is_never_empty_and_the_seed_matters() -> None:
    documents = [document(id=str(index)) for index in range(20)]
    assert len(carve_dev(documents, 0.001, seed=0)[1]) == 1
    chosen = {tuple(item.id for item in carve_dev(documents, 0.2, seed)[1]) for seed in range(5)}
    assert len(chosen) > 1


@given(st.permutations([document(id=str(index)) for index in range(20)]))
def test_a_larger_fraction_contains_a_smaller_one(documents: list[Document]) -> None:
    """Of the same seed, whatever the order in the file is; that order is kept."""
    drawn = [draw_fraction(documents, fraction, 3) for fraction in (0.01, 0.15, 0.5, 1.0)]
    assert [len(part) for part in drawn] == [1, 3, 10, 20]
    for smaller, larger in itertools.pairwise(drawn):
        assert [item for item in larger if item in smaller] == smaller
    assert {item.id for item in drawn[1]} == {"6", "2", "8"}
    assert draw_fraction(documents, 0.5, 4) != drawn[2]


@given(st.permutations([document(id=str(index)) for index in range(11)]))
def test_folds_share_out_the_documents(documents: list[Document]) -> None:
    folds = [hold_out_fold(documents, number, 4, seed=1) for number in (1, 2, 3, 4)]
    assert sorted(len(held_out) for _, held_out in folds) == [2, 3, 3, 3]
    ids = [item.id for _, held_out in folds for item in held_out]
    assert sorted(ids) == sorted(item.id for item in documents)
    for train, held_out in folds:
        assert train == [item for item in documents if item not in held_out]
    again = hold_out_fold(sorted(documents, key=lambda item: item.id), 2, 4, seed=1)
    assert {item.id for item in again[1]} == {item.id for item in folds[1][1]}


def test_more_folds_than_documents() -> None:
    with pytest.raises(DataError, match="2 training documents cannot be dealt out to 3 folds"):
        hold_out_fold([document(id="1"), document(id="2")], 1, 3, seed=0)


@pytest.mark.parametrize(
    ("fraction", "count", "message"),
    [
        (0.0, 5, "the dev fraction must lie between 0 and 1, not be 0.0"),
        (1.0, 5, "the dev fraction must lie between 0 and 1, not be 1.0"),
        (0.5, 1, "a dev fraction of 0.5 of 1 document leaves none to train on"),
        (0.9, 2, "a dev fraction of 0.9 of 2 documents leaves none to train on"),
    ],
)
def test_a_fraction_must_leave_something(fraction: float, count: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        carve_dev([document(id=str(index)) for index in range(count)], fraction, 0)


def test_by_sentences_a_document_is_a_unit() -> None:
    """Entities come sentence by sentence, relations may join two sentences, borders stay."""
    skipped = SkippedData()
    (unit,) = split([TWO], "sentences", skipped)
    assert (unit.source, unit.offset) == (0, 0)
    assert unit.document == document(
        "Ada met Bob . He left Rome .",
        entities=(("Peop", 0, 1), ("Peop", 2, 3), ("Loc", 6, 7), ("Peop", 4, 5)),
        relations=(("Knows", 0, 1), ("Left", 3, 2), ("Left", 1, 2)),
        sentences=((0, 4), (4, 4), (4, 8)),
    )
    assert skipped.lines() == []


def test_by_sentences_several_mentions_become_entities() -> None:
    """Entities that share sentences are related in each, others once, where they are closest."""
    whole = Document(
        "d",
        ("a", "b", "c", "d", "e", "f", "g", "h", "i"),
        sentences=(Span(0, 3), Span(3, 6), Span(6, 9)),
        entities=(
            Entity("X", (Span(0, 1), Span(3, 4))),
            Entity("Y", (Span(1, 2), Span(4, 5))),
            Entity("Z", (Span(7, 8),)),
        ),
        relations=(Relation("with", 0, 1), Relation("before", 0, 2)),
    )
    (unit,) = split([whole], "sentences")
    spans = [(entity.label, entity.span.start) for entity in unit.document.entities]
    assert spans == [("X", 0), ("Y", 1), ("X", 3), ("Y", 4), ("Z", 7)]
    assert unit.document.relations == (
        Relation("with", 0, 1),
        Relation("with", 2, 3),
        Relation("before", 2, 4),
    )
    assert unit.document.sentences == whole.sentences


def test_by_sentences_what_crosses_a_border_is_counted() -> None:
    whole = Document(
        "d",
        ("a", "b", "c"),
        sentences=(Span(0, 2), Span(2, 3)),
        entities=(Entity("X", (Span(1, 3),)), Entity("Y", (Span(0, 1),))),
        relations=(Relation("with", 0, 1),),
    )
    skipped = SkippedData()
    (unit,) = split([whole], "sentences", skipped)
    assert [entity.label for entity in unit.document.entities] == ["Y"]
    assert unit.document.relations == ()
    assert len(skipped.lines()) == 2


def test_by_sentences_a_document_without_words() -> None:
    (unit,) = split([Document("d", ())], "sentences")
    assert unit.document.tokens == ()
