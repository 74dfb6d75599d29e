from typing import Any

import pytest

from jointre.data.schema import Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.formats.pubtator.concepts import Concepts
from jointre.formats.pubtator.lines import ConceptLink, Mention

LISTED = [
    ("Disease", ("D2", "D1"), Span(0, 2)),
    ("Chemical", ("C1",), Span(2, 3)),
    ("Disease", ("D1",), Span(4, 5)),
    ("Disease", ("-1",), Span(5, 6)),
    ("Disease", (), Span(6, 7)),
    ("Disease", ("D2", "-1"), Span(7, 8)),
]
LINKS = [("f:8", ConceptLink("CID", "C1", "D1")), ("f:9", ConceptLink("CID", "C1", "D2"))]


def read(
    listed: Any = LISTED, multi_id: Any = "all", ungrounded: Any = "drop"
) -> tuple[list[Entity], list[Relation], dict[str, int]]:
    skipped = SkippedData()
    concepts = Concepts(multi_id, ungrounded, skipped)
    for number, (label, ids, span) in enumerate(listed):
        concepts.add(Mention(0, 1, "x", label, ids), span, f"f:{number}")
    found = concepts.entities("f:1"), concepts.relations(LINKS)
    return *found, {kind: count for kind, (count, _) in skipped}


def test_a_concept_is_an_entity_with_all_its_mentions() -> None:
    entities, relations, skipped = read()
    assert entities == [
        Entity("Disease", (Span(0, 2), Span(7, 8)), id="D2"),
        Entity("Disease", (Span(0, 2), Span(4, 5)), id="D1"),
        Entity("Chemical", (Span(2, 3),), id="C1"),
    ]
    assert relations == [Relation("CID", 2, 1), Relation("CID", 2, 0)]
    assert skipped == {"mentions without a concept skipped": 2}


def test_of_several_concepts_the_first_may_be_taken() -> None:
    entities, relations, skipped = read(multi_id="first")
    assert [(item.id, item.mentions) for item in entities] == [
        ("D2", (Span(0, 2), Span(7, 8))),
        ("C1", (Span(2, 3),)),
        ("D1", (Span(4, 5),)),
    ]
    assert len(relations) == 2
    assert skipped["further identifiers of mentions skipped"] == 1


def test_mentions_of_several_concepts_may_be_left_out() -> None:
    entities, relations, skipped = read(multi_id="drop")
    assert [item.id for item in entities] == ["C1", "D1"]
    assert relations == [Relation("CID", 0, 1)]
    assert skipped == {
        "mentions with several identifiers skipped": 2,
        "mentions without a concept skipped": 2,
        "relations of concepts without a mention skipped": 1,
    }


def test_a_mention_without_a_concept_may_be_an_entity() -> None:
    entities, _, skipped = read(ungrounded="singleton")
    assert entities[3:] == [Entity("Disease", (Span(5, 6),)), Entity("Disease", (Span(6, 7),))]
    assert skipped == {}


@pytest.mark.parametrize("name", ["", "-", "-1"])
def test_no_concept_is_written_in_three_ways(name: str) -> None:
    assert read([("X", (name,), Span(0, 1))])[0] == []
    assert read([("X", (name,), Span(0, 1))], ungrounded="singleton")[0][0].id is None


def test_a_concept_with_two_types_takes_the_most_frequent() -> None:
    listed = [("A", ("D1",), Span(0, 1)), ("B", ("D1",), Span(1, 2)), ("B", ("D1",), Span(2, 3))]
    entities, _, skipped = read(listed)
    assert [(item.label, len(item.mentions)) for item in entities] == [("B", 3)]
    assert skipped["entities whose mentions differ in type given the most frequent"] == 1


def test_repeated_mentions_and_identifiers_are_kept_once() -> None:
    entities, _, skipped = read([("A", ("D1", "D1"), Span(0, 1)), ("A", ("D1",), Span(0, 1))])
    assert entities == [Entity("A", (Span(0, 1),), id="D1")]
    assert skipped["mentions listed twice in one entity kept once"] == 1
