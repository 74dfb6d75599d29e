from typing import Any

import pytest

from jointre.data.schema import Document, Entity, Relation, Span
from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.triples.record import Triple, TriplesAnnotation, record_of, triples_of
from tests.data.documents import document


def annotated(
    sentence: str, *triples: Triple, occurrence: Any = "closest"
) -> tuple[TriplesAnnotation, SkippedData]:
    skipped = SkippedData()
    found = TriplesAnnotation(sentence.split(), "Thing", occurrence, "f: record 1", skipped)
    found.read((f"triple_list[{index}]", triple) for index, triple in enumerate(triples))
    return found, skipped


def spans_of(found: TriplesAnnotation) -> list[tuple[tuple[int, int], str, tuple[int, int]]]:
    return [
        (tuple(found.entities[r.head].span), r.label, tuple(found.entities[r.tail].span))
        for r in found.relations
    ]


def test_a_name_in_several_triples_is_one_entity() -> None:
    found, skipped = annotated(
        "Ada lived in Rome , Italy .", ("Ada", "lived_in", "Rome"), ("Rome", "in", "Italy")
    )
    assert found.entities == [
        Entity("Thing", (Span(0, 1),)),
        Entity("Thing", (Span(3, 4),)),
        Entity("Thing", (Span(5, 6),)),
    ]
    assert found.relations == [Relation("lived_in", 0, 1), Relation("in", 1, 2)]
    assert not skipped


REPEATED = "Ada left Rome for Oslo ; Bob left Rome"


def test_each_triple_takes_the_closest_places() -> None:
    found, skipped = annotated(REPEATED, ("Ada", "left", "Rome"), ("Bob", "left", "Rome"))
    assert spans_of(found) == [((0, 1), "left", (2, 3)), ((6, 7), "left", (8, 9))]
    assert len(found.entities) == 4
    assert skipped.to_dict() == {
        "entities found at several places, the closest taken": {
            "count": 1,
            "first": "f: record 1, triple_list[0]",
        }
    }


def test_or_the_first() -> None:
    triples: tuple[Triple, Triple] = ("Ada", "left", "Rome"), ("Bob", "left", "Rome")
    found, skipped = annotated(REPEATED, *triples, occurrence="first")
    assert spans_of(found) == [((0, 1), "left", (2, 3)), ((6, 7), "left", (2, 3))]
    assert skipped["entities found at several places, the first taken"] == 1


def test_a_triple_listed_twice_is_kept_once() -> None:
    triple: Triple = ("Ada", "left", "Rome")
    found, skipped = annotated(REPEATED, triple, triple, ("Eve", "left", "Rome"), triple)
    assert len(found.relations) == 1
    assert skipped["triples listed twice kept once"] == 2
    assert found.unaligned == [["Eve", "left", "Rome"]]


def test_triples_that_become_equal_are_kept_once() -> None:
    found, skipped = annotated(
        "Ada left Medellin", ("Ada", "left", "Medellin"), ("Ada", "left", "Medellín")
    )
    assert found.relations == [Relation("left", 0, 1)]
    assert skipped["triples of the same words as another kept once"] == 1
    assert skipped["triples found only without accents, kept"] == 1


def test_a_name_related_to_itself_is_one_mention() -> None:
    found, skipped = annotated(
        "York , Pennsylvania , and Adams , Pennsylvania", ("Pennsylvania", "in", "Pennsylvania")
    )
    assert found.entities == [Entity("Thing", (Span(2, 3),))]
    assert found.relations == [Relation("in", 0, 0)]
    assert skipped["triples that relate a mention to itself, kept"] == 1


def test_the_way_a_triple_was_found_is_counted_once() -> None:
    found, skipped = annotated("from Medellin to Rome, Italy", ("Medellín", "near", "Rome"))
    assert spans_of(found) == [((1, 2), "near", (3, 4))]
    assert [kind for kind, _ in skipped] == [
        "triples found only without accents and punctuation, kept"
    ]


def test_what_is_not_found_is_kept_apart() -> None:
    lost: tuple[Triple, ...] = ("Eve", "left", "Rome"), ("Ada", "left", "Paris"), ("", "x", "Ada")
    found, skipped = annotated(REPEATED, *lost)
    assert (found.entities, found.relations) == ([], [])
    assert found.unaligned == [list(triple) for triple in lost]
    assert skipped["triples skipped, because their head or tail was not found"] == 3


@pytest.mark.parametrize(
    ("triple", "argument"),
    [(("Eve", "left", "Rome"), "head 'Eve'"), (("Ada", "left", "Eve"), "tail 'Eve'")],
)
def test_or_is_an_error(triple: Triple, argument: str) -> None:
    found = TriplesAnnotation(REPEATED.split(), "Thing", "closest", "f: record 1", SkippedData())
    message = rf"f: record 1: triple_list\[4\] has the {argument}, which is not in the sentence"
    with pytest.raises(DataError, match=rf"{message}.* or set unaligned='count'"):
        found.read([("triple_list[4]", triple)], required=True)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("triple_list", {}, "triple_list must be a list, not {}"),
        ("triple_list", ["abc"], r"triple_list\[0\] must be \[head, relation, tail\], not 'abc'"),
        ("triple_list", [["a", "b"]], r"triple_list\[0\] must be \[head, relation, tail\], not \["),
        ("triple_list", [["a", 1, "b"]], r"triple_list\[0\]\[1\] must be a string, not 1"),
        ("relationMentions", [7], r"relationMentions\[0\] must be an object, not 7"),
        (
            "relationMentions",
            [{"em1Text": "a", "label": "r"}],
            r"relationMentions\[0\]\.em2Text must be a string, not None",
        ),
    ],
)
def test_wrong_shapes_are_named(key: str, value: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"f:1: {message}"):
        triples_of({key: value}, key, "f:1", SkippedData())


def test_further_keys_of_mentions_are_counted() -> None:
    skipped = SkippedData()
    item = {"em1Text": "a", "em2Text": "b", "label": "r", "em1Id": 1, "x": 2}
    found = triples_of({"relationMentions": [item]}, "relationMentions", "f:1", skipped)
    assert found == [("relationMentions[0]", ("a", "r", "b"))]
    assert skipped["unknown keys of relationMentions skipped"] == 2


def written(item: Document) -> tuple[dict[str, Any], SkippedData]:
    skipped = SkippedData()
    return record_of(item, "Entity", "closest", skipped), skipped


def test_a_record_holds_strings() -> None:
    record, skipped = written(
        document(entities=(("Entity", 0, 1), ("Entity", 4, 5)), relations=(("in", 1, 0),))
    )
    assert record == {
        "id": "d",
        "text": "Ada met Bob in Rome .",
        "triple_list": [["Rome", "in", "Ada"]],
    }
    assert not skipped


@pytest.mark.parametrize(
    ("item", "kind", "count"),
    [
        (document(entities=(("Entity", 0, 1),)), "entities in no relation skipped", 1),
        (
            document(entities=(("Peop", 0, 1), ("Entity", 2, 3)), relations=(("r", 0, 1),)),
            "entity labels other than 'Entity' skipped",
            1,
        ),
        (
            document(
                entities=(("Entity", 0, 1), ("Entity", 0, 1), ("Entity", 2, 3)),
                relations=(("r", 0, 2), ("q", 1, 2)),
            ),
            "entities with the mention of another merged",
            1,
        ),
        (
            document(
                entities=(("Entity", 0, 1), ("Entity", 2, 3)), relations=(("r", 0, 1), ("r", 0, 1))
            ),
            "relations listed twice written once",
            1,
        ),
        (
            document("Ada and Bob met Bob", (("Entity", 0, 1), ("Entity", 4, 5)), (("r", 0, 1),)),
            "relations of repeated words, read at other places",
            1,
        ),
        (
            Document("d", ("a b", "", "c")),
            "words that are empty or hold blanks, read otherwise",
            2,
        ),
        (
            Document("d", (), extra={"text": 1, "unaligned": [["a", "r"]]}),
            "extra keys with a meaning of their own in the format skipped",
            2,
        ),
        (
            Document("d", (), extra={"unaligned": "a"}),
            "extra keys with a meaning of their own in the format skipped",
            1,
        ),
        (
            Document("d", (), extra={"unaligned": [3]}),
            "extra keys with a meaning of their own in the format skipped",
            1,
        ),
    ],
)
def test_what_a_record_cannot_hold_is_counted(item: Document, kind: str, count: int) -> None:
    _, skipped = written(item)
    assert {found: number for found, (number, _) in skipped} == {kind: count}


def test_words_with_blanks_do_not_move_others() -> None:
    item = Document(
        "d",
        ("x y", "Ada", "", "Bob"),
        entities=(Entity("Entity", (Span(1, 2),)), Entity("Entity", (Span(3, 4),))),
        relations=(Relation("r", 0, 1),),
    )
    record, skipped = written(item)
    assert record["triple_list"] == [["Ada", "r", "Bob"]]
    assert [kind for kind, _ in skipped] == ["words that are empty or hold blanks, read otherwise"]


def test_unaligned_triples_go_back_to_the_list() -> None:
    lost = ["Eve", "r", "Ada"]
    record, skipped = written(Document("d", ("Ada",), extra={"unaligned": [lost], "note": 1}))
    assert record == {"id": "d", "text": "Ada", "triple_list": [lost], "note": 1}
    assert not skipped
