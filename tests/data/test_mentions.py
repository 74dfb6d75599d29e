from dataclasses import replace

from jointre.data.mentions import (
    agreed_label,
    keep_entities,
    keep_mentions,
    one_entity_per_cluster,
    one_mention_per_entity,
)
from jointre.data.schema import Document, Entity, Relation, Span
from tests.data.documents import document

ONE, TWO, THREE = Span(0, 1), Span(2, 3), Span(4, 5)


def several(clusters: tuple[tuple[int, ...], ...] = ()) -> Document:
    return replace(
        document(),
        entities=(
            Entity("Peop", (ONE, TWO), score=0.9, mention_scores=(0.1, 0.2), id="Q1"),
            Entity("Loc", (THREE,)),
        ),
        relations=(Relation("Live_In", 0, 1), Relation("Home_Of", 1, 0)),
        clusters=clusters,
    )


def test_one_mention_per_entity_makes_an_entity_and_a_cluster_of_mentions() -> None:
    changed, count = one_mention_per_entity(several())
    assert count == 1
    assert [entity.mentions for entity in changed.entities] == [(ONE,), (TWO,), (THREE,)]
    assert [entity.mention_scores for entity in changed.entities] == [(0.1,), (0.2,), None]
    assert [entity.label for entity in changed.entities] == ["Peop", "Peop", "Loc"]
    assert [(r.head, r.tail) for r in changed.relations] == [(0, 2), (2, 0)]
    assert changed.clusters == ((0, 1),)


def test_one_mention_per_entity_widens_the_cluster_an_entity_is_in() -> None:
    changed, _ = one_mention_per_entity(several(clusters=((0, 1),)))
    assert changed.clusters == ((0, 1, 2),)


def test_one_mention_per_entity_leaves_single_mentions_alone() -> None:
    single = document(entities=(("Peop", 0, 1), ("Peop", 0, 1)))
    assert one_mention_per_entity(single) == (single, 0)


def test_keep_entities_takes_relations_and_cluster_members_along() -> None:
    whole = document(
        entities=(("Peop", 0, 1), ("Other", 1, 2), ("Peop", 2, 3)),
        relations=(("Knows", 0, 2), ("Knows", 1, 2)),
        clusters=((0, 1), (1,)),
    )
    changed, entities, relations = keep_entities(whole, lambda entity: entity.label == "Peop")
    assert (entities, relations) == (1, 1)
    assert [entity.span for entity in changed.entities] == [ONE, TWO]
    assert changed.relations == (Relation("Knows", 0, 1),)
    assert changed.clusters == ((0,),)


def test_keep_entities_returns_the_document_when_all_stay() -> None:
    whole = document(entities=(("Peop", 0, 1),))
    assert keep_entities(whole, lambda entity: True) == (whole, 0, 0)


def test_labels_agree_by_number_then_by_order() -> None:
    assert agreed_label(["a", "b", "b"]) == "b"
    assert agreed_label(["b", "a", "c"]) == "b"
    assert agreed_label(["a", "b", "b"], "first") == "a"


def test_mentions_that_go_take_empty_entities_along() -> None:
    left, mentions, relations = keep_mentions(several(((0, 1),)), lambda span: span == TWO)
    assert left.entities == (Entity("Peop", (TWO,), id="Q1"),)
    assert left.entities[0].mention_scores == (0.2,)
    assert (left.relations, left.clusters) == ((), ((0,),))
    assert (mentions, relations) == (2, 2)
    whole = several()
    assert keep_mentions(whole, lambda span: True)[0] is whole


def test_entities_of_a_cluster_become_one() -> None:
    whole = document(
        "a b c d e f",
        entities=(("X", 0, 1), ("Y", 1, 2), ("Z", 2, 3), ("X", 3, 4), ("Y", 1, 2), ("X", 5, 6)),
        relations=(("r", 2, 1), ("r", 2, 4), ("s", 3, 0), ("t", 5, 2)),
        clusters=((4, 1), (3, 1), ()),
    )
    joined, mixed, repeated = one_entity_per_cluster(whole)
    assert joined.entities == (
        Entity("X", (ONE,)),
        Entity("Y", (Span(1, 2), Span(3, 4))),
        Entity("Z", (TWO,)),
        Entity("X", (Span(5, 6),)),
    )
    assert joined.relations == (Relation("r", 2, 1), Relation("s", 1, 0), Relation("t", 3, 2))
    assert joined.clusters == ()
    assert (mixed, repeated) == (1, 1)


def test_without_clusters_entities_stay() -> None:
    whole = several()
    assert one_entity_per_cluster(whole) == (whole, 0, 0)
