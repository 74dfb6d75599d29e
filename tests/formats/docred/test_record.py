from typing import Any

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.docred.record import (
    DocredAnnotation,
    MixedTypes,
    entities_of,
    inside_sentences,
    relations_of,
)

BORDERS = [Span(0, 3), Span(3, 3), Span(3, 7)]


def mention(sentence: Any, start: Any, end: Any, label: Any = "PER", **more: Any) -> dict[str, Any]:
    return {"name": "?", "sent_id": sentence, "pos": [start, end], "type": label, **more}


def label(h: Any, t: Any, r: Any = "P1", **more: Any) -> dict[str, Any]:
    return {"h": h, "t": t, "r": r, **more}


def annotation(
    vertices: Any = (), labels: Any = (), mixed_types: MixedTypes = "majority"
) -> tuple[DocredAnnotation, SkippedData]:
    skipped = SkippedData()
    found = DocredAnnotation(BORDERS, "f: record 1", skipped, mixed_types)
    found.read_entities(list(vertices))
    found.read_relations(list(labels), {})
    return found, skipped


def test_positions_become_those_of_the_document() -> None:
    found, skipped = annotation(
        [[mention(2, 0, 2), mention(0, 2, 3)], [mention(2, 0, 2, "LOC")]],
        [label(1, 0, evidence=[2, 0]), label(1, 0, "P2"), label(1, 0, "P2")],
    )
    assert found.entities == [
        Entity("PER", (Span(3, 5), Span(2, 3))),
        Entity("LOC", (Span(3, 5),)),
    ]
    assert found.relations == [
        Relation("P1", 1, 0, evidence=(2, 0)),
        Relation("P2", 1, 0),
        Relation("P2", 1, 0),
    ]
    assert not skipped


@pytest.mark.parametrize(
    ("labels", "rule", "chosen"),
    [
        (["PER", "MISC", "MISC"], "majority", "MISC"),
        (["PER", "MISC", "MISC"], "first", "PER"),
        (["PER", "MISC"], "majority", "PER"),
    ],
)
def test_one_type_is_chosen_and_counted(labels: list[str], rule: MixedTypes, chosen: str) -> None:
    vertex = [mention(2, n, n + 1, name) for n, name in enumerate(labels)]
    found, skipped = annotation([vertex], mixed_types=rule)
    assert [entity.label for entity in found.entities] == [chosen]
    how = "the most frequent" if rule == "majority" else "that of the first mention"
    assert skipped.lines() == [
        f"1 entity whose mentions differ in type given {how}; first: f: record 1, vertexSet[0]"
    ]


def test_a_mention_listed_twice_is_kept_once() -> None:
    found, skipped = annotation([[mention(0, 0, 1), mention(0, 0, 1), mention(0, 0, 2)]])
    assert found.entities[0].mentions == (Span(0, 1), Span(0, 2))
    assert skipped["mentions listed twice in one entity kept once"] == 1


def test_an_entity_without_mentions_goes_with_its_relations() -> None:
    found, skipped = annotation(
        [[], [mention(0, 0, 1)], [mention(0, 1, 2)]], [label(0, 1), label(2, 1)]
    )
    assert len(found.entities) == 2
    assert found.relations == [Relation("P1", 1, 0)]
    assert skipped["entities without a mention skipped"] == 1
    assert skipped["relations of entities without a mention skipped"] == 1


def test_evidence_in_no_sentence_is_counted() -> None:
    found, skipped = annotation([[mention(0, 0, 1)]], [label(0, 0, evidence=[3, 2, -1])])
    assert found.relations[0].evidence == (2,)
    assert skipped.lines() == [
        "2 sentences of evidence that do not exist skipped; first: f: record 1, labels[0].evidence"
    ]


@pytest.mark.parametrize(
    ("vertex", "message"),
    [
        (7, r"vertexSet\[0\] must be a list, not 7"),
        ([7], r"vertexSet\[0\]\[0\] must be an object, not 7"),
        ([mention(3, 0, 1)], r"\[0\]\.sent_id is 3, but there are 3 sentences, counted from 0"),
        ([mention(-1, 0, 1)], r"\[0\]\.sent_id is -1, but there are 3 sentences"),
        ([mention("0", 0, 1)], r"\[0\]\.sent_id must be an integer, not '0'"),
        ([mention(2, 3, 5)], r"\.pos in sentence 2 spans \[3, 5\), outside the 4 tokens"),
        ([mention(1, 0, 1)], r"\.pos in sentence 1 spans \[0, 1\), outside the 0 tokens"),
        ([mention(0, 1, 1)], r"\.pos in sentence 0 ends at 1, not after its start 1"),
        ([mention(0, -1, 1)], r"\.pos in sentence 0 spans \[-1, 1\), outside the 3 tokens"),
        ([mention(0, 0, 1, None)], r"\[0\]\.type must be a string, not None"),
        ([{"sent_id": 0, "type": "X"}], r"\[0\]\.pos must be a list, not None"),
    ],
)
def test_a_bad_mention_is_named(vertex: Any, message: str) -> None:
    with pytest.raises(DataError, match=rf"f: record 1: .*{message}"):
        annotation([vertex])


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("P1", r"labels\[0\] must be an object, not 'P1'"),
        (label(1, 0), r"labels\[0\]\.h is 1, but there is 1 entity, counted from 0"),
        (label(0, -1), r"labels\[0\]\.t is -1, but there is 1 entity"),
        (label(0, None), r"labels\[0\]\.t must be an integer, not None"),
        (label(0, 0, 17), r"labels\[0\]\.r must be a string, not 17"),
        (label(0, 0, evidence=["0"]), r"labels\[0\]\.evidence must be an integer, not '0'"),
        (label(0, 0, evidence=0), r"labels\[0\]\.evidence must be a list, not 0"),
    ],
)
def test_a_bad_relation_is_named(item: Any, message: str) -> None:
    with pytest.raises(DataError, match=rf"f: record 1: {message}"):
        annotation([[mention(0, 0, 1)]], [item])


def test_mentions_across_sentences_go_and_are_counted() -> None:
    whole = Document(
        "d",
        tuple("abcd"),
        sentences=(Span(0, 2), Span(2, 4)),
        entities=(
            Entity("X", (Span(1, 3),)),
            Entity("X", (Span(0, 1), Span(1, 4)), mention_scores=(0.5, 0.7)),
        ),
        relations=(Relation("r", 0, 1), Relation("r", 1, 1)),
        clusters=((0, 1),),
    )
    skipped = SkippedData()
    left = inside_sentences(whole, skipped)
    assert left.entities == (Entity("X", (Span(0, 1),)),)
    assert left.relations == (Relation("r", 0, 0),)
    assert left.clusters == ((0,),)
    assert {kind: count for kind, (count, _) in skipped} == {
        "mentions across sentences skipped": 2,
        "relations of entities without a mention skipped": 1,
    }


def test_nothing_goes_where_all_mentions_are_inside() -> None:
    whole = Document("d", ("a",), entities=(Entity("X", (Span(0, 1),), mention_scores=(0.5,)),))
    skipped = SkippedData()
    assert inside_sentences(whole, skipped) is whole
    assert not skipped


def test_lists_are_made_of_a_document() -> None:
    whole = Document(
        "d",
        tuple("abc"),
        sentences=(Span(0, 1), Span(1, 3)),
        entities=(Entity("X", (Span(1, 3), Span(0, 1))),),
        relations=(Relation("country", 0, 0, evidence=(1,)), Relation("other", 0, 0)),
    )
    assert entities_of(whole) == [
        [
            {"name": "b c", "sent_id": 1, "pos": [0, 2], "type": "X"},
            {"name": "a", "sent_id": 0, "pos": [0, 1], "type": "X"},
        ]
    ]
    assert relations_of(whole, {"country": "P17"}) == [
        {"r": "P17", "h": 0, "t": 0, "evidence": [1]},
        {"r": "other", "h": 0, "t": 0, "evidence": []},
    ]
